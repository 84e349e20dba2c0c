//! What the kernel tells about processes under `/proc`: the forms, not the reading.

use std::collections::{BTreeMap, BTreeSet};

/// The state of a listening socket, `TCP_LISTEN` in the kernel's `tcp_states.h`.
const LISTEN: &str = "0A";

/// TCP ports that are listened on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listening {
    /// Reachable from outside of the container.
    pub open: BTreeSet<u16>,
    /// Reachable from inside only.
    pub loopback: BTreeSet<u16>,
}

impl Listening {
    /// Adds the rows of `/proc/<pid>/net/tcp` or `tcp6`. A port that listens on any other address too is
    /// open.
    pub fn add(&mut self, table: &str) {
        let (open, loopback) = parse_listening(table).into_iter().partition::<Vec<_>, _>(|row| !row.1);
        self.open.extend(open.into_iter().map(|(port, _)| port));
        self.loopback.extend(loopback.into_iter().map(|(port, _)| port));
        self.loopback.retain(|port| !self.open.contains(port));
    }
}

/// The LISTEN rows of `/proc/<pid>/net/tcp` or `tcp6`: (port, on loopback only).
pub fn parse_listening(table: &str) -> Vec<(u16, bool)> {
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace();
        let (local, state) = (words.nth(1)?, words.nth(1)?);
        let (address, port) = local.split_once(':')?;
        (state == LISTEN).then_some((u16::from_str_radix(port, 16).ok()?, is_loopback(address)))
    });
    rows.collect()
}

/// Addresses are written as little-endian words: `0100007F` is 127.0.0.1.
fn is_loopback(address: &str) -> bool {
    match address.len() {
        8 => address.ends_with("7F"),
        32 => {
            let mapped = address.starts_with("0000000000000000FFFF0000") && address.ends_with("7F");
            address == "00000000000000000000000001000000" || mapped
        }
        _ => false,
    }
}

/// Bytes received, from `/proc/<pid>/net/dev`, all interfaces but loopback.
pub fn parse_received(table: &str) -> u64 {
    let rows = table.lines().filter_map(|line| {
        let (name, counters) = line.split_once(':')?;
        let bytes: u64 = counters.split_whitespace().next()?.parse().ok()?;
        (name.trim() != "lo").then_some(bytes)
    });
    rows.fold(0, u64::saturating_add)
}

/// Paths of code that is mapped, from `/proc/<pid>/maps`: shared objects and programs, without files that
/// were deleted or replaced since.
pub fn parse_mapped(maps: &str) -> BTreeSet<String> {
    let paths = maps.lines().filter_map(|line| {
        let at = line.find('/')?;
        let (head, path) = line.split_at(at);
        let runs = head.split_whitespace().nth(1)?.contains('x');
        let gone = path.ends_with(" (deleted)") || path.starts_with("/memfd:") || path.starts_with("/dev/");
        (runs && !gone).then(|| path.replace("\\012", "\n"))
    });
    paths.collect()
}

/// Variables from `/proc/<pid>/environ`.
pub fn parse_environment(bytes: &[u8]) -> BTreeMap<String, String> {
    let pairs = bytes.split(|byte| *byte == 0).filter_map(|pair| {
        let pair = String::from_utf8_lossy(pair);
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

/// `uid:gid`, the effective ones, from `/proc/<pid>/status`.
pub fn parse_user(status: &str) -> Option<String> {
    let id = |name: &str| {
        let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    Some(format!("{}:{}", id("Uid:")?, id("Gid:")?))
}

/// `soft:hard` of one limit, from `/proc/<pid>/limits`.
pub fn parse_limit(limits: &str, name: &str) -> Option<String> {
    let rest = limits.lines().find_map(|line| line.strip_prefix(name))?;
    let mut words = rest.split_whitespace();
    Some(format!("{}:{}", words.next()?, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n   \
        0: 00000000:11D7 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n   \
        1: 0B00007F:9C3F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n   \
        2: 0100007F:1F90 0100007F:AAAA 01 00000000:00000000 00:00000000 00000000     0\n";

    #[test]
    fn listening_ports_are_told_by_who_can_reach_them() {
        let mut ports = Listening::default();
        ports.add(TCP);
        assert_eq!(ports.open, BTreeSet::from([4567]));
        assert_eq!(ports.loopback, BTreeSet::from([39_999]));
        ports.add("head\n 0: 00000000000000000000000000000000:9C3F 0:0 0A\n");
        assert_eq!(ports.open, BTreeSet::from([4567, 39_999]));
        assert!(ports.loopback.is_empty());
    }

    #[test]
    fn received_bytes_leave_loopback_out() {
        let text =
            "Inter-|   Receive\n face |bytes packets\n    lo: 500 5 0\n  eth0: 1234 7 0\n  eth1:66 1\n";
        assert_eq!(parse_received(text), 1300);
    }

    #[test]
    fn only_code_that_is_still_there_is_mapped() {
        let maps = "7f00-7f01 r-xp 00000000 08:01 12 /usr/lib/libc.so.6\n\
                    7f01-7f02 r--p 00000000 08:01 13 /usr/lib/locale/C.utf8/LC_CTYPE\n\
                    7f02-7f03 r-xp 00000000 08:01 14 /usr/lib/old.so (deleted)\n\
                    7f03-7f04 rwxp 00000000 00:00 0\n\
                    7f04-7f05 r-xp 00000000 08:01 15 /opt/with space.so\n";
        let paths: Vec<String> = parse_mapped(maps).into_iter().collect();
        assert_eq!(paths, ["/opt/with space.so", "/usr/lib/libc.so.6"]);
    }

    #[test]
    fn users_and_limits_are_read() {
        assert_eq!(
            parse_user("Name:\tx\nUid:\t0\t1000\t0\t0\nGid:\t1\t1001\t1\t1\n").as_deref(),
            Some("1000:1001")
        );
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            1024                 1048576              files     \n";
        assert_eq!(parse_limit(limits, "Max open files").as_deref(), Some("1024:1048576"));
    }
}
