use bytes::Bytes;
use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::server::{PATH, Server};
use crate::soap::register;

async fn connect(server: &Server) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(server.address).await.expect("connected");
    let io = TokioIo::new(stream);
    let (sender, connection) = handshake(TokioExecutor::new(), io).await.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

fn call(server: &Server, workers: u32) -> Request<Full<Bytes>> {
    Request::post(format!("http://{}{PATH}", server.address))
        .header("content-type", "text/xml")
        .body(register(workers).into())
        .expect("a request")
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_share_a_connection_of_http2_with_prior_knowledge() {
    let server = Server::open(&[]);
    let sender = connect(&server).await;
    let mut calls = JoinSet::new();
    for workers in 1..=20 {
        let request = call(&server, workers);
        let mut sender = sender.clone();
        calls.spawn(async move {
            let reply = sender.send_request(request).await.expect("answered");
            assert_eq!((reply.status(), reply.version()), (StatusCode::OK, Version::HTTP_2));
            let body = reply.into_body().collect().await.expect("whole").to_bytes();
            let text = String::from_utf8(body.to_vec()).expect("UTF-8");
            assert_eq!(text.matches("SUCCESSFULLY REGISTERED").count(), workers as usize);
        });
    }
    calls.join_all().await;
    let page = server.get_inner("/metrics").text();
    assert!(page.contains("presence_connections_accepted_total 1"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_of_http2_is_ended() {
    let server = Server::open(&["--idle-timeout", "1", "--header-timeout", "1"]);
    let mut sender = connect(&server).await;
    let reply = sender.send_request(call(&server, 1)).await.expect("answered");
    assert_eq!(reply.status(), StatusCode::OK);
    drop(reply);
    while sender.ready().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(sender.send_request(call(&server, 1)).await.is_err());
}
