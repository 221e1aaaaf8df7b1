//! An access list as text: parse→print→parse, and the printed list decides as the one that was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::policy::{AccessList, Asking, Owner, Right};
use reefknot_core::value::CalendarUserAddress;
use reefknot_fuzz::now;

fuzz_target!(|text: &str| {
    let Ok(list) = text.parse::<AccessList>() else { return };
    let again: AccessList = list.to_string().parse().expect("what was printed");
    assert_eq!(list, again);
    let user: CalendarUserAddress = "mailto:c@bar.com".parse().expect("an address");
    let addresses = ["mailto:aquarium@foo.com".parse().expect("an address")];
    let groups = ["sales".to_owned()];
    let asking = Asking { peer: Some("bar.com"), user: Some(&user), groups: &groups };
    for right in [Right::FreeBusy, Right::Invite, Right::Read, Right::Book] {
        for is_room in [false, true] {
            let owner = Owner { addresses: &addresses, is_room, groups: &groups };
            assert_eq!(
                list.decide(&asking, right, &owner, now()),
                again.decide(&asking, right, &owner, now())
            );
        }
    }
});
