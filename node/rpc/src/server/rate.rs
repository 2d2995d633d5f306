//! How many calls one address may make: token buckets, for all methods together and for some of them.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::IpAddr,
    str::FromStr,
    time::{Duration, Instant},
};

/// Buckets that are kept. Each stands for an address that has opened a connection, or for one of its methods.
const MAX_BUCKETS: usize = 65_536;

/// Calls a second, and how many may come at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls that are given back each second.
    pub per_second: u32,
    /// Calls that a rested caller may make at once.
    pub burst: u32,
}

impl FromStr for Rate {
    type Err = String;

    /// Reads `100`, or `100:500` with a burst; the burst is twice the rate if it is not said.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| match text.trim().parse::<u32>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("{text:?} is not a number of calls above 0; write RATE or RATE:BURST")),
        };
        let (rate, burst) = text.split_once(':').map_or((text, None), |(rate, burst)| (rate, Some(burst)));
        let per_second = number(rate)?;
        let burst = burst.map_or(Ok(per_second.saturating_mul(2)), number)?;
        Ok(Self { per_second, burst })
    }
}

/// A rate for one method, or for all that begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodRate {
    /// The name; `*` at its end stands for anything.
    pub method: String,
    /// Its rate.
    pub rate: Rate,
}

impl MethodRate {
    fn is_for(&self, method: &str) -> bool {
        match self.method.strip_suffix('*') {
            Some(start) => method.starts_with(start),
            None => self.method == method,
        }
    }
}

impl FromStr for MethodRate {
    type Err = String;

    /// Reads `eth_getLogs=20`, or `debug_*=2:5`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (method, rate) = text.split_once('=').ok_or("write METHOD=RATE or METHOD=RATE:BURST")?;
        Ok(Self { method: method.trim().to_owned(), rate: rate.parse()? })
    }
}

/// A call that comes too soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TooSoon {
    pub(crate) rate: Rate,
    /// The method that has the rate; none if it is for all of them.
    pub(crate) method: Option<String>,
    pub(crate) wait: Duration,
}

impl TooSoon {
    /// What the caller is told.
    pub(crate) fn text(&self) -> String {
        let of = self.method.as_ref().map_or(String::new(), |method| format!(" of {method}"));
        let (rate, burst, wait) = (self.rate.per_second, self.rate.burst, self.seconds());
        format!("rate limit exceeded: limit {rate} calls{of} a second, {burst} at once; try again in {wait} s")
    }

    /// Whole seconds to wait, for `Retry-After`.
    pub(crate) fn seconds(&self) -> u64 {
        self.wait.as_secs().saturating_add(1)
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn full(rate: Rate, now: Instant) -> Self {
        Self { tokens: f64::from(rate.burst), at: now }
    }

    fn fill(&mut self, rate: Rate, now: Instant) {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + since * f64::from(rate.per_second)).min(f64::from(rate.burst));
        self.at = now;
    }

    /// Takes one, or says how long it takes until there is one.
    fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        self.fill(rate, now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / f64::from(rate.per_second)))
    }
}

/// Whose bucket, and for which of the rates: the first is for all methods.
type Key = (IpAddr, usize);

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    all: Option<Rate>,
    methods: Vec<MethodRate>,
    buckets: Mutex<HashMap<Key, Bucket>>,
}

impl Limiter {
    pub(crate) fn new(all: Option<Rate>, methods: Vec<MethodRate>) -> Self {
        Self { all, methods, buckets: Mutex::default() }
    }

    /// Whether an address has no call left, before its request is read.
    pub(crate) fn exhausted(&self, address: IpAddr, now: Instant) -> Option<TooSoon> {
        let rate = self.all?;
        let mut buckets = self.buckets.lock();
        let bucket = buckets.get_mut(&(network(address), 0))?;
        bucket.fill(rate, now);
        let missing = 1.0 - bucket.tokens;
        let wait = Duration::from_secs_f64(missing.max(0.0) / f64::from(rate.per_second));
        (missing > 0.0).then_some(TooSoon { rate, method: None, wait })
    }

    /// Takes a call of an address.
    pub(crate) fn take(&self, address: IpAddr, method: &str, now: Instant) -> Result<(), TooSoon> {
        let all = self.all.map(|rate| (0, rate, None));
        let own = self.methods.iter().zip(1..).find(|(rate, _)| rate.is_for(method));
        let own = own.map(|(limit, place)| (place, limit.rate, Some(limit.method.clone())));
        if all.is_none() && own.is_none() {
            return Ok(());
        }
        let mut buckets = self.buckets.lock();
        for (place, rate, method) in all.into_iter().chain(own) {
            self.make_room(&mut buckets, now);
            let bucket = buckets.entry((network(address), place)).or_insert_with(|| Bucket::full(rate, now));
            bucket.take(rate, now).map_err(|wait| TooSoon { rate, method, wait })?;
        }
        Ok(())
    }

    /// Forgets who has rested: a full bucket is what a stranger begins with. If that is not enough, everybody.
    fn make_room(&self, buckets: &mut HashMap<Key, Bucket>, now: Instant) {
        if buckets.len() < MAX_BUCKETS {
            return;
        }
        buckets.retain(|(_, place), bucket| {
            let own = place.checked_sub(1).and_then(|place| self.methods.get(place)).map(|limit| limit.rate);
            own.or(self.all).is_some_and(|rate| {
                bucket.fill(rate, now);
                bucket.tokens < f64::from(rate.burst)
            })
        });
        if buckets.len() >= MAX_BUCKETS {
            buckets.clear();
        }
    }
}

/// Whom an address stands for: of IPv6 a subscriber has at least 64 bits to himself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const TWO: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn a_burst_is_granted_then_the_rate() {
        let limiter = Limiter::new(Some("10:3".parse().unwrap()), Vec::new());
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(limiter.take(ONE, "eth_call", start), Ok(()));
        }
        let refused = limiter.take(ONE, "eth_call", start).unwrap_err();
        assert_eq!((refused.wait, refused.seconds()), (Duration::from_millis(100), 1));
        assert!(limiter.exhausted(ONE, start).is_some());
        assert!(limiter.exhausted(TWO, start).is_none() && limiter.take(TWO, "eth_call", start).is_ok());
        assert!(limiter.take(ONE, "eth_call", start + Duration::from_millis(100)).is_ok());
        assert!(limiter.take(ONE, "eth_call", start + Duration::from_millis(100)).is_err());
        let rested = start + Duration::from_secs(60);
        let granted = (0..10).filter(|_| limiter.take(ONE, "eth_call", rested).is_ok()).count();
        assert_eq!(granted, 3, "no more than the burst, however long the rest");
    }

    #[test]
    fn a_method_may_have_a_rate_of_its_own() {
        let limiter = Limiter::new(None, vec!["debug_*=1:1".parse().unwrap(), "eth_getLogs=1:2".parse().unwrap()]);
        let now = Instant::now();
        assert!(limiter.take(ONE, "debug_traceCall", now).is_ok());
        let refused = limiter.take(ONE, "debug_traceBlock", now).unwrap_err();
        assert!(refused.text().contains("debug_*"), "{}", refused.text());
        assert!((0..100).all(|_| limiter.take(ONE, "eth_call", now).is_ok()));
        let logs = (0..5).filter(|_| limiter.take(ONE, "eth_getLogs", now).is_ok()).count();
        assert_eq!(logs, 2);
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let limiter = Limiter::new(Some("1:1".parse().unwrap()), Vec::new());
        let now = Instant::now();
        for n in 0..(MAX_BUCKETS as u32 + 10) {
            let _ = limiter.take(IpAddr::from(n.to_be_bytes()), "eth_call", now);
        }
        assert!(limiter.buckets.lock().len() <= MAX_BUCKETS);
    }

    #[test]
    fn a_home_of_ipv6_is_one_caller() {
        let home = |text: &str| network(text.parse().unwrap());
        assert_eq!(home("2001:db8:1:2::3"), home("2001:db8:1:2:ffff::1"));
        assert_ne!(home("2001:db8:1:2::3"), home("2001:db8:1:3::3"));
        assert_eq!(home("::ffff:10.0.0.1"), ONE);
    }

    #[test]
    fn what_is_not_a_rate_is_refused() {
        for text in ["", "0", "ten", "1:0", "-1", "1:2:3"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert_eq!("5".parse(), Ok(Rate { per_second: 5, burst: 10 }));
        assert!("eth_call".parse::<MethodRate>().is_err());
    }
}
