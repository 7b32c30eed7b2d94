// `waxwing fix history`.
#pragma once
#include "cli/command.hpp"

namespace cli {

base::Exit fix_history(Context& context);

}  // namespace cli
