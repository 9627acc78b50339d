use tokio_postgres::types::{ToSql, Type};

/// A statement in the making: what it is given, in the order in which it names it.
#[derive(Default)]
pub(crate) struct Sql {
    parameters: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Sql {
    /// Takes a parameter and answers how the statement names it.
    pub(crate) fn give(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> String {
        self.parameters.push((Box::new(value), kind));
        format!("${}", self.parameters.len())
    }

    /// The parameters as a connection takes them.
    pub(crate) fn borrowed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.parameters.iter().map(|(value, kind)| (&**value as _, kind.clone())).collect()
    }
}
