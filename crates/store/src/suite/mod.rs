//! The conformance suite: what every store must do, written once and run on each. Each part of the store has its share.
//!
//! Each test gets a database of its own, so that the tests can run side by side.

pub(crate) mod any;
pub(crate) mod make;

pub use any::Any;

pub use crate::catalog::staging_suite::{
    a_rest_is_taken_away, giving_up_leaves_nothing, leases_end, many_at_once, staging_is_bounded, what_two_stage_is_kept_for_either,
};
pub use crate::catalog::suite::{
    a_root_that_is_the_same_writes_estimates_alone, a_wide_schema, one_changed_table_rewrites_one_tree, one_definition,
    samples_follow_every_sync, staging_again, sweep_spares_the_living,
};
pub use crate::datasource::suite::{
    a_change_is_whole, a_stale_change_writes_nothing, delete_leaves_nothing, lifecycle, names_are_bytes, one_of_many_writers_wins, pages,
    tenancy_is_kept_or_replaced, tenants_do_not_meet,
};
pub use crate::file::suite::{files_are_whole_and_bounded, files_of_one_organisation};
pub use crate::key::suite::{rewrap, sealed_values_open_in_their_place_only, wrong_master_keys_are_found};
pub use crate::listener::suite::listeners;
pub use crate::org::suite::{a_deleted_organisation_leaves_nothing, organisations, renamed_organisations};
pub use crate::token::suite::{tokens, tokens_of_one_organisation};
pub use crate::upgrade::suite::{
    changes_in_the_middle_of_the_move, credentials_are_split_once, older_servers_are_kept_out, the_move_step_by_step,
    two_servers_move_at_once,
};

/// Expands to one `#[tokio::test]` for each test of the suite, over databases of which `$url` (an async fn) returns the URL and
/// what has to be kept for as long as they are used.
#[macro_export]
macro_rules! store_suite {
    ($url:path) => {
        $crate::store_suite!(@ new, $url: organisations, renamed_organisations, a_deleted_organisation_leaves_nothing, tokens,
            tokens_of_one_organisation, names_are_bytes, pages, one_of_many_writers_wins, a_change_is_whole,
            a_stale_change_writes_nothing, tenancy_is_kept_or_replaced, lifecycle, tenants_do_not_meet, delete_leaves_nothing,
            sweep_spares_the_living, staging_again, one_changed_table_rewrites_one_tree, a_root_that_is_the_same_writes_estimates_alone,
            samples_follow_every_sync, one_definition, a_wide_schema, giving_up_leaves_nothing, what_two_stage_is_kept_for_either,
            a_rest_is_taken_away, leases_end, staging_is_bounded, many_at_once, sealed_values_open_in_their_place_only, wrong_master_keys_are_found, rewrap, listeners,
            files_are_whole_and_bounded, files_of_one_organisation);
        $crate::store_suite!(@ at_0001, $url: the_move_step_by_step, two_servers_move_at_once, changes_in_the_middle_of_the_move,
            credentials_are_split_once, older_servers_are_kept_out);
    };
    (@ $form:ident, $url:path: $($name:ident),+) => {
        $(#[tokio::test]
        async fn $name() {
            let (url, _kept) = $url().await;
            $crate::suite::$name($crate::suite::Any::$form(&url.into()).await).await;
        })+
    };
}
