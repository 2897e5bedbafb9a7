package plumb_test

import (
	"fmt"

	"github.com/plumbapi/plumb"
)

// The fingerprint of a finding depends on its rule and its subject only, so
// that occurrences in other exchanges, operations and places of a body have the
// same one.
func ExampleFinding_Fingerprint() {
	subject := plumb.Subject{File: "openapi.yaml", Pointer: "/components/schemas/Money/properties/amount"}
	total := plumb.Finding{Rule: "schema-type", Subject: subject, Operation: "getOrder", Pointer: "/total/amount"}
	price := plumb.Finding{Rule: "schema-type", Subject: subject, Operation: "listItems", Pointer: "/price/amount"}
	fmt.Println(total.Fingerprint() == price.Fingerprint())
	// Output: true
}

func ExampleParseSeverity() {
	severity, err := plumb.ParseSeverity("warning")
	fmt.Println(severity, severity < plumb.Error, err)
	// Output: warning true <nil>
}
