package cli

import (
	"fmt"
	"strconv"
	"time"
)

// clockVariable is the widely used variable that sets the current time, in
// seconds since 1970: a run with it gives the same result on any day.
const clockVariable = "SOURCE_DATE_EPOCH"

// now returns the time by which dates are judged.
func (a *app) now() (time.Time, error) {
	text := a.getenv(clockVariable)
	if text == "" {
		return time.Now().UTC(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %q is not a number of seconds since 1970", clockVariable, text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
