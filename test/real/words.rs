//! Counts the words of a file, and says what went wrong when it is not there.
use std::collections::BTreeMap;
use std::{env, fs, process};

fn main() {
    let path = env::args().nth(1).expect("a file");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            println!("no file: {:?}", error.kind());
            process::exit(3);
        }
    };
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    for (word, count) in counts.iter().take(20) {
        println!("{} {} {:.3}", word, count, f64::from(*count).sqrt());
    }
    fs::write("counted", format!("{}\n", counts.len())).expect("a file to write");
}
