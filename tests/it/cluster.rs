//! The developer's servers: nothing outlives the program that started it, and checkouts stay apart.

use dev::{
    checkout,
    leash::{Order, Output},
};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// Says to this test program that it is the parent to be killed.
const PARENT: &str = "FERRY_TEST_IS_PARENT";

#[test]
fn killing_the_parent_leaves_no_process() {
    if std::env::var_os(PARENT).is_some() {
        return be_the_parent();
    }
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["cluster::killing_the_parent_leaves_no_process", "--exact", "--nocapture"])
        .env(PARENT, "yes")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let started = lines.by_ref().filter(|line| line == "started").take(2).count();
    assert_eq!(started, 2, "both children run before their parent is killed");

    parent.kill().unwrap();
    parent.wait().unwrap();

    // The pipe ends only when nobody is left who could write to it.
    assert_eq!(lines.collect::<Vec<_>>(), Vec::<String>::new());
}

/// Holds two children, of which neither may hold the other's leash, until killed.
fn be_the_parent() {
    let child = || {
        let script = "trap '' HUP; echo started; sleep 60; echo outlived its parent";
        Order::new("child", Path::new("/bin/sh")).args(["-c", script]).start(Output::Ours).unwrap()
    };
    let _children = [child(), child()];
    loop {
        std::thread::park();
    }
}

#[test]
fn dropping_a_leash_waits_until_the_child_is_gone() {
    let said = tempfile::NamedTempFile::new().unwrap();
    let script = "trap 'echo ended; exit' TERM; echo started; sleep 60 & wait; echo outlived the leash";
    let order = Order::new("child", Path::new("/bin/sh")).args(["-c", script]);
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    let path = said.path().to_owned();
    let on_line = move |line: &str| {
        std::fs::write(&path, line).unwrap();
        tell.try_send(()).ok();
    };
    let child = order.start(Output::Stdout(Box::new(on_line))).unwrap();
    told.recv().unwrap();

    drop(child);

    assert_eq!(std::fs::read_to_string(said.path()).unwrap(), "ended");
}

#[test]
fn two_checkouts_never_share_a_directory() {
    let (one, other) =
        (checkout::private_dir(Path::new("/a/checkout")), checkout::private_dir(Path::new("/b/checkout")));

    assert_ne!(one, other);
    assert_eq!(one, checkout::private_dir(Path::new("/a/checkout")));
    assert!(one.join("prepare/.s.PGSQL.5432.lock").as_os_str().len() < 100, "the path of a unix socket is short");
    assert!(!one.starts_with("/root"), "PostgreSQL runs as somebody else");
}
