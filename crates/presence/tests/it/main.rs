//! The real program, started on a free port and talked to over real connections.

mod admin;
mod backups;
mod balancer;
mod check_kills;
mod commands;
mod doctors;
mod events;
mod hostile;
mod http2;
mod importing;
mod kill;
mod limits;
mod oauth;
mod operator;
mod remarks;
mod reply;
mod samples;
mod server;
mod settings;
mod signed;
mod soap;
mod stop;
mod strangers;
mod tls;
mod webhooks;
mod work_page;
