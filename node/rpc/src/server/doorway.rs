//! Who may come in: by which name, from whose page.
//!
//! A browser lets any page send requests to any address, and DNS lets a page's own name lead to this node. So the name
//! in `Host` must be one that is known, and the page in `Origin` one that is welcome.

use std::{collections::BTreeSet, net::IpAddr, str::FromStr};
use warp::http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
    },
};
use warp::reply::Response;

/// Names under which a node may be reached. An address of IP always is: no page can make it lead elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Any name.
    Any,
    /// These, in lower case.
    Only(BTreeSet<String>),
}

impl Hosts {
    /// The machine's own name for itself.
    pub fn loopback() -> Self {
        Self::Only(BTreeSet::from(["localhost".to_owned()]))
    }

    fn allow(&self, host: &str) -> bool {
        let name = without_port(host);
        let Self::Only(names) = self else { return true };
        let name = name.to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        address.parse::<IpAddr>().is_ok() || names.contains(name.trim_end_matches('.'))
    }
}

impl FromStr for Hosts {
    type Err = String;

    /// Reads names with commas, or `*` for any.
    fn from_str(text: &str) -> Result<Self, String> {
        let names: BTreeSet<String> = list(text).map(|name| name.to_ascii_lowercase()).collect();
        if names.contains("*") {
            return Ok(Self::Any);
        }
        match names.iter().find(|name| name.contains(['/', ' ', '*'])) {
            Some(name) => Err(format!("{name:?} is not a host name: write a name without scheme or port, or *")),
            None => Ok(Self::Only(names)),
        }
    }
}

/// Pages that may use a node from a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// All.
    Any,
    /// Those of these origins; a node's own pages always may.
    Only(BTreeSet<String>),
}

impl Origins {
    /// None but the node's own.
    pub fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    fn allow(&self, origin: &str, host: Option<&str>) -> bool {
        let Self::Only(origins) = self else { return true };
        let own = origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
        own || origins.contains(&origin.to_ascii_lowercase())
    }
}

impl FromStr for Origins {
    type Err = String;

    /// Reads origins with commas, such as `https://app.example`, or `*` for any.
    fn from_str(text: &str) -> Result<Self, String> {
        let origins: BTreeSet<String> =
            list(text).map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect();
        if origins.contains("*") {
            return Ok(Self::Any);
        }
        let wrong =
            |origin: &&String| origin.split_once("://").is_none_or(|(_, host)| host.is_empty() || host.contains('/'));
        match origins.iter().find(wrong) {
            Some(origin) => Err(format!("{origin:?} is not an origin: write SCHEME://HOST[:PORT], or *")),
            None => Ok(Self::Only(origins)),
        }
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // What is left of an address of IPv6 without a port still has its bracket.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &warp::http::HeaderName) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Both checks of a port.
#[derive(Clone, Debug)]
pub(super) struct Doorway {
    pub(super) hosts: Hosts,
    pub(super) origins: Origins,
}

impl Doorway {
    /// Why a request is turned away, if it is.
    pub(super) fn refuses(&self, headers: &HeaderMap) -> Option<String> {
        let host = text(headers, &HOST);
        // Who names no host is no browser.
        if let Some(host) = host.filter(|host| !self.hosts.allow(host)) {
            return Some(format!(
                "this node does not answer to the name {host:?}; --http.vhosts names those it does\n"
            ));
        }
        let origin = text(headers, &ORIGIN).filter(|origin| !self.origins.allow(origin, host))?;
        Some(format!("pages of {origin:?} may not use this node; --http.corsdomain names those that may\n"))
    }

    /// The answer to a browser that asks whether it may send a request.
    pub(super) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        let asks = method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        asks.then(|| {
            let mut answer = Response::default();
            *answer.status_mut() = StatusCode::NO_CONTENT;
            let fields = answer.headers_mut();
            fields.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
            let allowed = HeaderValue::from_static("content-type, authorization, x-requested-with");
            fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            fields.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
            answer
        })
    }

    /// Tells the browser that the page may read the answer.
    pub(super) fn welcome(&self, origin: Option<&HeaderValue>, answer: &mut Response) {
        let Some(origin) = origin else { return };
        let fields = answer.headers_mut();
        match self.origins {
            Origins::Any => fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
            Origins::Only(_) => fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        };
        fields.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
        fields.insert(VARY, HeaderValue::from_static("origin"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    fn doorway(hosts: &str, origins: &str) -> Doorway {
        Doorway { hosts: hosts.parse().unwrap(), origins: origins.parse().unwrap() }
    }

    #[test]
    fn a_name_that_is_not_listed_is_turned_away() {
        let own = Doorway { hosts: Hosts::loopback(), origins: Origins::none() };
        for host in ["localhost", "LOCALHOST:8545", "localhost.:1", "127.0.0.1:8545", "[::1]:8545", "[::1]", "10.1.2.3"]
        {
            assert_eq!(own.refuses(&headers(host, None)), None, "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8545", "127.0.0.1.evil.example", "", "user@localhost"] {
            assert!(own.refuses(&headers(host, None)).is_some(), "{host}");
        }
        assert_eq!(own.refuses(&HeaderMap::new()), None);
        assert_eq!(doorway("node.example", "").refuses(&headers("node.example:80", None)), None);
        assert_eq!(doorway("*", "").refuses(&headers("whatever", None)), None);
        assert!("http://a".parse::<Hosts>().is_err());
    }

    #[test]
    fn a_page_that_is_not_listed_is_turned_away() {
        let listed = doorway("localhost", "https://app.example, http://localhost:3000/");
        for origin in ["https://app.example", "http://localhost:3000", "http://localhost"] {
            assert_eq!(listed.refuses(&headers("localhost", Some(origin))), None, "{origin}");
        }
        for origin in ["http://app.example", "https://app.example.evil", "null", "http://localhost:3001"] {
            assert!(listed.refuses(&headers("localhost", Some(origin))).is_some(), "{origin}");
        }
        assert_eq!(doorway("localhost", "*").refuses(&headers("localhost", Some("null"))), None);
        assert!("app.example".parse::<Origins>().is_err());
    }

    #[test]
    fn a_page_may_read_the_answer_it_is_given() {
        let mut answer = Response::default();
        let origin = HeaderValue::from_static("https://app.example");
        doorway("*", "https://app.example").welcome(Some(&origin), &mut answer);
        assert_eq!(answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN), Some(&origin));
        doorway("*", "*").welcome(Some(&origin), &mut answer);
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    }
}
