//! What exchanges cost at the least: the same requests as a suite of the throughput bench, over one connection to each
//! address, whole bodies read, and nothing else. `bare PATH COUNT ADDRESS…`; PATH is followed by the entry's number.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

use std::process::ExitCode;

use futures_util::future::try_join_all;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (Some(path), Some(Ok(count))) = (words.next(), words.next().map(|word| word.parse::<u32>())) else {
        eprintln!("usage: bare PATH COUNT ADDRESS…");
        return ExitCode::from(2);
    };
    let addresses: Vec<String> = words.collect();
    match exchange(&path, count, &addresses).await {
        Ok(bytes) => println!("{bytes}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Asks all addresses side by side, one entry after the other; how many bytes their bodies had.
async fn exchange(path: &str, count: u32, addresses: &[String]) -> reqwest::Result<usize> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = || reqwest::Client::builder().no_proxy().tcp_nodelay(true).build();
    let clients = addresses.iter().map(|_| client()).collect::<reqwest::Result<Vec<_>>>()?;
    let mut bytes = 0;
    for number in 0..count {
        let asked = addresses.iter().zip(&clients).map(|(address, client)| async move {
            let response = client.get(format!("{address}{path}{number}")).send().await?;
            response.bytes().await
        });
        bytes += try_join_all(asked).await?.iter().fold(0, |sum, body| sum + body.len());
    }
    Ok(bytes)
}
