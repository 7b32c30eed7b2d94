// The half-done migration that a command is about.
#pragma once
#include "cli/command.hpp"
#include "migrate/half_done.hpp"

namespace cli {

/// Throws code::bad_target when nothing is half done.
migrate::HalfDone the_half_done(Context& context, const migrate::LockedDatabase& database);
/// The revision is typed so that it is meant. Throws code::needs_confirmation.
void refuse_another_revision(const migrate::HalfDone& migration, const std::string& typed);

/// "✓ REV is forgotten", or the same as JSON.
void print_outcome(Context& context, const char* command, const migrate::HalfDone& migration,
                   const std::string& outcome);

}  // namespace cli
