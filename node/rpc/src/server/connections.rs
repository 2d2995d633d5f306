//! How many connections there are, and whose.

use super::rate::network;
use parking_lot::Mutex;
use std::{collections::HashMap, net::IpAddr, sync::Arc};

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Connections {
    all: usize,
    per_ip: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    count: usize,
    by_ip: HashMap<IpAddr, usize>,
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    address: IpAddr,
}

/// Which limit there is no place under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    All(usize),
    Address(usize),
}

impl Full {
    /// A word for metrics.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Address(_) => "address",
        }
    }

    /// The answer to whoever is turned away, before anything is read of him.
    pub(super) fn answer(self) -> String {
        let text = match self {
            Self::All(limit) => format!("too many connections: limit {limit}\n"),
            Self::Address(limit) => format!("too many connections of this address: limit {limit}\n"),
        };
        let head =
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nretry-after: 1\r\nconnection: close";
        format!("{head}\r\ncontent-length: {}\r\n\r\n{text}", text.len())
    }
}

impl Connections {
    pub(super) fn new(all: usize, per_ip: usize) -> Self {
        Self { all, per_ip, open: Mutex::default() }
    }

    /// A place for one more.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let address = network(address);
        let mut open = self.open.lock();
        if open.count >= self.all {
            return Err(Full::All(self.all));
        }
        let own = open.by_ip.entry(address).or_default();
        if *own >= self.per_ip {
            return Err(Full::Address(self.per_ip));
        }
        *own += 1;
        open.count += 1;
        Ok(Place { connections: Arc::clone(self), address })
    }

    pub(super) fn count(&self) -> usize {
        self.open.lock().count
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock();
        open.count = open.count.saturating_sub(1);
        if let Some(own) = open.by_ip.get_mut(&self.address) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_ip.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let connections = Arc::new(Connections::new(3, 2));
        let [one, two] = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse::<IpAddr>().unwrap());
        let first = connections.admit(one).unwrap();
        let _second = connections.admit(one).unwrap();
        assert_eq!(connections.admit(one).unwrap_err(), Full::Address(2));
        let _third = connections.admit(two).unwrap();
        assert_eq!(connections.admit(two).unwrap_err(), Full::All(3));
        drop(first);
        assert!(connections.admit(two).is_ok());
        assert_eq!(connections.open.lock().by_ip.len(), 2);
    }
}
