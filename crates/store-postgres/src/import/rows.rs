use store::layout::Cell;
use tokio_postgres::types::{ToSql, Type};

use super::table::{Kind, Table};
use crate::failure::Failure;

/// Values of one column.
enum Column {
    Long(Vec<i64>),
    Int(Vec<i32>),
    Text(Vec<Box<str>>),
    Real(Vec<f64>),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Long => Self::Long(Vec::new()),
            Kind::Int => Self::Int(Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
            Kind::Real => Self::Real(Vec::new()),
        }
    }

    fn push(&mut self, value: Cell) -> Result<(), Failure> {
        match (self, value) {
            (Self::Long(column), Cell::Long(value)) => column.push(value),
            (Self::Int(column), Cell::Int(value)) => column.push(value),
            (Self::Text(column), Cell::Text(value)) => column.push(value),
            (Self::Real(column), Cell::Real(value)) => column.push(value),
            _ => return Err(Failure::OtherRegister),
        }
        Ok(())
    }

    fn parameter(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Long(column) => (column, Type::INT8_ARRAY),
            Self::Int(column) => (column, Type::INT4_ARRAY),
            Self::Text(column) => (column, Type::TEXT_ARRAY),
            Self::Real(column) => (column, Type::FLOAT8_ARRAY),
        }
    }
}

/// Rows of a table, or keys of it, column by column.
pub(crate) struct Rows {
    columns: Vec<Column>,
    count: usize,
}

impl Rows {
    /// None yet, of the first `columns` columns of a table.
    pub(super) fn new(table: &Table, columns: usize) -> Self {
        let columns = table.columns[..columns].iter().map(|(_, kind)| Column::new(*kind)).collect();
        Self { columns, count: 0 }
    }

    pub(super) fn push(&mut self, values: Vec<Cell>) -> Result<(), Failure> {
        if values.len() != self.columns.len() {
            return Err(Failure::OtherRegister);
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value)?;
        }
        self.count += 1;
        Ok(())
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = (&(dyn ToSql + Sync), Type)> {
        self.columns.iter().map(Column::parameter)
    }
}
