//! Placements as text.

use super::*;

#[test]
fn every_placement_reads_back_as_it_was_printed() {
    for text in ["auto", "cpu", "gpu", "split:0", "split:0.3", "split:1"] {
        assert_eq!(text.parse::<Placement>().unwrap().to_string(), text);
    }
}

#[test]
fn case_and_blanks_around_do_not_matter() {
    assert_eq!(" GPU\n".parse::<Placement>().unwrap(), Placement::Gpu);
    assert_eq!("Split:0.25".parse::<Placement>().unwrap(), Placement::Split { gpu: 0.25 });
}

#[test]
fn anything_else_says_what_was_expected_and_given() {
    for text in
        ["", "cuda", "split", "split:", "split:x", "split:nan", "split:inf", "split:-0.1", "split:1.01"]
    {
        assert_eq!(
            text.parse::<Placement>().unwrap_err().to_string(),
            format!("placement: expected auto, cpu, gpu or split:S with S from 0 to 1, given `{text}`")
        );
    }
}

#[test]
fn an_argument_wins_over_the_environment_which_wins_over_the_default() {
    let resolve = |argument, variable| {
        let request = Request::resolve(argument, variable, false).unwrap();
        (request.placement, request.origin)
    };
    assert_eq!(resolve(Some(Placement::Cpu), Some("gpu")), (Placement::Cpu, Origin::Argument));
    assert_eq!(resolve(None, Some("gpu")), (Placement::Gpu, Origin::Environment));
    assert_eq!(resolve(None, Some(" ")), (Placement::Auto, Origin::Default));
    assert_eq!(resolve(None, None), (Placement::Auto, Origin::Default));
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    assert_eq!(
        Request::resolve(None, Some("fast"), false).unwrap_err().to_string(),
        "TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `fast`"
    );
}

#[test]
fn an_argument_outside_of_its_domain_is_refused_at_once() {
    assert!(Request::resolve(Some(Placement::Split { gpu: f64::NAN }), None, false).is_err());
}
