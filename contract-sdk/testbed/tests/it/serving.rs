//! The loop: whatever comes in, it answers or ends.

use crate::bed::reset;
use std::io::Cursor;
use zx_sdk::testing::protocol::{self, Answer, Request, VERSION, read, write};
use zx_testbed::{ServeError, Settings, serve};

/// What the loop answers to these bytes, and how it ends.
fn talk(bytes: &[u8]) -> (Vec<Answer>, Result<(), ServeError>) {
    let mut answers = Vec::new();
    let result = serve(VERSION, Settings::default(), &mut Cursor::new(bytes), &mut answers);
    let mut answers = Cursor::new(answers);
    let answers = std::iter::from_fn(|| read(&mut answers).expect("readable")).collect();
    (answers, result)
}

fn bytes(requests: &[Request]) -> Vec<u8> {
    let mut bytes = Vec::new();
    requests.iter().for_each(|request| write(&mut bytes, request).unwrap());
    bytes
}

#[test]
fn each_request_gets_an_answer_and_the_end_of_the_input_ends_it() {
    let (answers, result) = talk(&bytes(&[reset(), Request::Snapshot, Request::Restore(9), Request::Snapshot]));
    assert!(result.is_ok());
    assert_eq!(answers.len(), 4);
    assert_eq!((&answers[0], &answers[1], &answers[3]), (&Answer::Done, &Answer::Number(1), &Answer::Number(2)));
    assert!(matches!(&answers[2], Answer::Failed(why) if why.contains("no kept world 9")), "{answers:?}");
}

#[test]
fn a_request_before_the_first_world_is_refused() {
    let look = Request::Look { sender: [0; 20], to: [0; 20], data: Vec::new() };
    let (answers, result) = talk(&bytes(&[look, Request::Snapshot]));
    assert!(result.is_ok());
    assert!(answers.iter().all(|a| matches!(a, Answer::Failed(why) if why.contains("`Reset`"))), "{answers:?}");
}

#[test]
fn what_is_malformed_ends_the_loop_with_a_reason() {
    let whole = bytes(&[reset()]);
    let cases: [(&[u8], &str); 5] = [
        (&[0xFF; 40], "at most"),
        (&whole[..whole.len() - 1], "fill whole buffer"),
        (&[1, 0, 0, 0, 200], "200"),
        (&[0, 0, 0, 0], "length"),
        (&[whole.len() as u8 - 3, 0, 0, 0, 8, 0, 0], "fill whole buffer"),
    ];
    for (bytes, why) in cases {
        let (answers, result) = talk(bytes);
        let text = result.unwrap_err().to_string();
        assert!(answers.is_empty() && text.contains("no request can be read"), "{text}");
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn another_version_is_refused_at_once() {
    let result = serve(VERSION + 1, Settings::default(), &mut Cursor::new(bytes(&[reset()])), &mut Vec::new());
    let text = result.unwrap_err().to_string();
    assert!(text.contains(&format!("version {}", VERSION + 1)) && text.contains("fix:"), "{text}");
    assert_eq!(protocol::VERSION, 1);
}
