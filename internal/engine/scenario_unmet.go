package engine

import "github.com/plumbapi/plumb"

var scenarioUnmet = &Rule{
	ID:       "scenario-unmet",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a response is not what the scenario expects",
	Text: `A step of a scenario that ` + "`plumb probe`" + ` ran has a success criterion, such as
the status 404 for a batch that does not exist, and the response does not meet it; or
a step needs a value that the responses before it did not contain. A client that
takes the same steps fails, even if the response matches the description. The
following steps were not run. Recordings have no scenarios, so the rule finds nothing
in them.`,
	Fix:     "Make the server respond as the step expects; or, where it need not, correct the criterion in the scenario.",
	Example: "POST /v1/batches/{batch_id}/cancel returns 500 where the step expects `$statusCode == 404`",
	run:     (*pass).reportDefects,
}
