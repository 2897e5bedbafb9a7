package spec

import (
	"fmt"
	"regexp"

	"github.com/dlclark/regexp2"
)

// patternFault says what is wrong with a regular expression of ECMA-262.
func patternFault(pattern string) string {
	if _, err := regexp.Compile(pattern); err == nil {
		return ""
	}
	if _, err := regexp2.Compile(pattern, regexp2.ECMAScript|regexp2.Unicode); err != nil {
		return fmt.Sprintf("KEYWORD has %q, which is not a regular expression of ECMA-262: %v", pattern, err)
	}
	return ""
}
