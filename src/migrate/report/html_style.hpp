// The style of the page.
#pragma once

namespace migrate::report {

extern const char* const html_style;

}  // namespace migrate::report
