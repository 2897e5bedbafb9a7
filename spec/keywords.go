package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// keyword is what JSON Schema, in any draft, and OpenAPI require of the value
// of a keyword. Keywords that are not in the list are annotations.
type keyword struct {
	// check says what is wrong with the value; empty if nothing is.
	check func(n *node, d dialect) string

	// annotation marks keywords that only the translation needs, or nothing
	// needs.
	annotation bool
}

// keywords are those that decide whether a value satisfies a schema, and those
// that the translation of OpenAPI schemas needs. The list repeats the
// metaschemas keyword by keyword, so that a wrong keyword can be left out by
// itself.
var keywords = map[string]keyword{
	"$ref":          {check: isString},
	"$dynamicRef":   {check: isString},
	"$recursiveRef": {check: isString},

	"type":  {check: isTypes},
	"enum":  {check: isValues},
	"const": {check: isValue},

	"multipleOf":       {check: isPositive},
	"maximum":          {check: isLimit},
	"exclusiveMaximum": {check: isBound},
	"minimum":          {check: isLimit},
	"exclusiveMinimum": {check: isBound},

	"maxLength": {check: isCount},
	"minLength": {check: isCount},
	"pattern":   {check: isString},

	"maxItems":    {check: isCount},
	"minItems":    {check: isCount},
	"uniqueItems": {check: isBool},
	"maxContains": {check: isCount},
	"minContains": {check: isCount},

	"maxProperties":     {check: isCount},
	"minProperties":     {check: isCount},
	"required":          {check: isRequired},
	"dependentRequired": {check: isMapOfNames},

	"$defs":       {check: isObject, annotation: true},
	"definitions": {check: isObject, annotation: true},
	"allOf":       {check: isSchemas},
	"anyOf":       {check: isSchemas},
	"oneOf":       {check: isSchemas},
	"not":         {check: isAnything},
	"if":          {check: isAnything},
	"then":        {check: isAnything},
	"else":        {check: isAnything},

	"properties":            {check: isProperties},
	"patternProperties":     {check: isProperties},
	"additionalProperties":  {check: isAnything},
	"unevaluatedProperties": {check: isAnything},
	"propertyNames":         {check: isAnything},
	"dependentSchemas":      {check: isObject},
	"dependencies":          {check: isDependencies},

	"items":            {check: isItems},
	"prefixItems":      {check: isSchemas},
	"additionalItems":  {check: isAnything},
	"unevaluatedItems": {check: isAnything},
	"contains":         {check: isAnything},

	"format":           {check: isString},
	"contentEncoding":  {check: isString},
	"contentMediaType": {check: isString},

	"x-lifecycle": {check: isAnything},
	"x-rules":     {check: isAnything},

	"discriminator": {check: isDiscriminator, annotation: true},

	"nullable":         {check: isBool, annotation: true},
	"readOnly":         {check: isBool, annotation: true},
	"writeOnly":        {check: isBool, annotation: true},
	"$id":              {check: isString, annotation: true},
	"$anchor":          {check: isAnchor, annotation: true},
	"$dynamicAnchor":   {check: isAnchor, annotation: true},
	"$recursiveAnchor": {check: isBool, annotation: true},
}

// checkSchema warns about a value that cannot be a schema, and about each
// keyword whose value is not valid in JSON Schema. These are left out; the rest
// is used.
func (w *walker) checkSchema(n *node, p position) {
	switch n.kind {
	case jsonvalue.Object:
	case jsonvalue.Bool, jsonvalue.Null: // null is treated like an empty object
		return
	default:
		w.fail(p.place, "a schema must be an object or a boolean, not %s; any value is accepted here", withArticle(n.kind.String()))
		n.mark.unusable = true
		return
	}
	w.checkDialect(n, "$schema", p)
	if p.dialect == openAPI31 && n.isTrue("nullable") && !w.warned["nullable"] {
		w.warned["nullable"] = true
		w.fail(n.placeOf("nullable"), "OpenAPI 3.1 has no keyword nullable, here and elsewhere; write type: [..., \"null\"]")
	}
	for _, m := range n.members {
		k, ok := keywords[m.name]
		if !ok {
			continue
		}
		if message := k.check(m.value, p.dialect); message != "" {
			w.fail(p.at(m.name, m.value, m.line, m.column).place, "%s; the keyword is left out", strings.ReplaceAll(message, "KEYWORD", m.name))
			n.leaveOutProperties(m.name)
			n.mark.unusable = n.mark.unusable || strings.HasSuffix(strings.ToLower(m.name), "ref")
		}
	}
	w.checkBounds(n, p)
	w.checkNullType(n)
	w.checkPatterns(n, p)
	if names := n.get("required"); names != nil && !n.mark.isLeftOut("required") {
		w.warnOfTwins(names, p.at("required", names, names.line, names.column))
	}
}

// checkBounds leaves out boolean exclusive bounds if the bound that they modify
// is missing.
func (w *walker) checkBounds(n *node, p position) {
	for _, bound := range []string{"minimum", "maximum"} {
		exclusive := "exclusiveM" + bound[1:]
		if m := n.find(exclusive); m == nil || m.value.kind != jsonvalue.Bool || n.mark.isLeftOut(exclusive) {
			continue
		}
		switch {
		case n.mark.isLeftOut(bound):
			n.mark.leaveOut(exclusive)
		case n.find(bound) == nil && (n.isTrue(exclusive) || p.dialect == draft4):
			w.fail(n.placeOf(exclusive), "%s has no effect without %s; the keyword is left out", exclusive, bound)
			n.mark.leaveOut(exclusive)
		}
	}
}

// checkNullType warns about a null that is meant as the name of a type: YAML
// reads the word null as the value.
func (w *walker) checkNullType(n *node) {
	types := n.get("type")
	isNull := func(n *node) bool { return n.kind == jsonvalue.Null }
	if types != nil && (isNull(types) || slices.ContainsFunc(types.items, isNull)) && !n.mark.isLeftOut("type") {
		w.fail(n.placeOf("type"), `the name of the type null is a text; write "null", with its quotes, as which it is read here`)
	}
}

// leaveOutProperties leaves out a keyword of a schema, and the keywords that
// depend on it: otherwise the members that the author described would count as
// additional ones.
func (n *node) leaveOutProperties(keyword string) {
	n.mark.leaveOut(keyword)
	if keyword == "properties" || keyword == "patternProperties" {
		n.mark.leaveOut("additionalProperties")
		n.mark.leaveOut("unevaluatedProperties")
	}
}

// checkDialect warns about each unknown dialect, once.
func (w *walker) checkDialect(n *node, keyword string, p position) {
	uri, ok := n.str(keyword)
	if _, known := dialectNamed(uri); !ok || known || w.warned[uri] {
		return
	}
	w.warned[uri] = true
	m := n.find(keyword)
	w.fail(p.at(keyword, m.value, m.line, m.column).place,
		"the dialect %s is not known; its schemas are read in the dialect of those around them (JSON Schema draft-04, draft-06, draft-07, 2019-09 and 2020-12 are known)", uri)
}

// warnOfTwins warns about a name that is twice in a list. It counts once.
func (w *walker) warnOfTwins(names *node, p position) {
	seen := map[string]bool{}
	for i, item := range names.items {
		if seen[item.text] {
			w.fail(p.at(strconv.Itoa(i), item, item.line, item.column).place, "required names %q twice; once is enough", item.text)
		}
		seen[item.text] = true
	}
}

func wrong(n *node, due string) string {
	return fmt.Sprintf("KEYWORD must be %s, not %s", due, withArticle(n.kind.String()))
}

func isKind(kind jsonvalue.Kind, due string) func(*node, dialect) string {
	return func(n *node, _ dialect) string {
		if n.kind != kind {
			return wrong(n, due)
		}
		return ""
	}
}

var (
	isString = isKind(jsonvalue.String, "a string")
	isBool   = isKind(jsonvalue.Bool, "true or false")
	isObject = isKind(jsonvalue.Object, "an object")
)

// isLimit checks numbers with which values are compared. The compiler writes
// them out in full.
func isLimit(n *node, _ dialect) string {
	if n.kind != jsonvalue.Number {
		return wrong(n, "a number")
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(n.text), "e"); ok {
		const most = 1000
		if e, err := strconv.Atoi(exponent); err != nil || e < -most || e > most {
			return fmt.Sprintf("KEYWORD must have an exponent from -%d to %d", most, most)
		}
	}
	return ""
}

// isValue checks what values are compared with.
func isValue(n *node, d dialect) (message string) {
	n.each(func(n *node) {
		if n.kind == jsonvalue.Number && message == "" {
			message = isLimit(n, d)
		}
	})
	return message
}

// isValues checks the values of an enum. Up to draft 7 there had to be at least
// one; later there need not be any, and then no value is allowed.
func isValues(n *node, d dialect) string {
	switch {
	case n.kind != jsonvalue.Array:
		return wrong(n, "an array of values")
	case len(n.items) == 0 && d >= draft7:
		return "KEYWORD has no value"
	}
	return isValue(n, d)
}

// isProperties checks schemas by the names of members. A member named $ref
// whose value is a string is taken for a mistake.
func isProperties(n *node, _ dialect) string {
	if n.kind != jsonvalue.Object {
		return wrong(n, "an object of schemas by name")
	}
	if ref, ok := n.str("$ref"); ok {
		return fmt.Sprintf("KEYWORD is not a place for a $ref; write allOf: [{$ref: %q}] beside it", parentOfProperties(ref))
	}
	return ""
}

// parentOfProperties returns what a $ref to the properties of a schema should
// refer to instead.
func parentOfProperties(ref string) string {
	return strings.TrimSuffix(strings.TrimSuffix(ref, "/"), "/properties")
}

var anchorName = lazyregexp.New(`^[A-Za-z_][-A-Za-z0-9._]*$`)

func isAnchor(n *node, _ dialect) string {
	if n.kind != jsonvalue.String || !anchorName().MatchString(n.text) {
		return "KEYWORD must be a name of letters, digits and the characters - . _, without a #"
	}
	return ""
}

// isAnything accepts any value, and schemas, which are checked by themselves.
func isAnything(*node, dialect) string { return "" }

var typeNames = map[string]bool{"null": true, "boolean": true, "object": true, "array": true, "number": true, "string": true, "integer": true}

func isTypes(n *node, _ dialect) string {
	items := n.items
	switch {
	case n.kind == jsonvalue.String || n.kind == jsonvalue.Null:
		items = []*node{n}
	case n.kind != jsonvalue.Array:
		return wrong(n, "the name of a type or an array of them")
	case len(items) == 0:
		return "KEYWORD lists no type"
	}
	for _, item := range items {
		if !typeNames[item.text] || item.kind != jsonvalue.String && item.kind != jsonvalue.Null {
			return fmt.Sprintf("KEYWORD must be null, boolean, object, array, number, string or integer, not %s", item.appendWritten(nil))
		}
	}
	return ""
}

func isPositive(n *node, d dialect) string {
	if n.kind != jsonvalue.Number || strings.HasPrefix(n.text, "-") || isZero(n.text) {
		return "KEYWORD must be a number greater than 0"
	}
	return isLimit(n, d)
}

// isZero reports whether a JSON number is zero.
func isZero(number string) bool {
	mantissa := number
	if e := strings.IndexAny(number, "eE"); e >= 0 {
		mantissa = number[:e]
	}
	return strings.Trim(mantissa, "-0.") == ""
}

// isCount checks a number of things.
func isCount(n *node, d dialect) string {
	if isLimit(n, d) == "" {
		if count, err := strconv.ParseFloat(n.text, 64); err == nil && count >= 0 && count == math.Trunc(count) {
			return ""
		}
	}
	return "KEYWORD must be a whole number, 0 or more"
}

// isBound checks exclusive bounds, which were booleans up to draft 4 and
// OpenAPI 3.0.
func isBound(n *node, d dialect) string {
	switch {
	case n.kind == jsonvalue.Number && d != draft4 && d != openAPI30:
	case n.kind == jsonvalue.Bool && (d == draft4 || d == openAPI30 || d == openAPI31): // in OpenAPI 3.1 it is left over from an upgrade
	case d == draft4 || d == openAPI30:
		return wrong(n, "true or false")
	default:
		return wrong(n, "a number")
	}
	return ""
}

func isNames(n *node, _ dialect) string {
	if n.kind != jsonvalue.Array {
		return wrong(n, "an array of names")
	}
	for _, item := range n.items {
		if item.kind != jsonvalue.String {
			return wrong(item, "an array of names")
		}
	}
	return ""
}

// isRequired checks the names of required members. A boolean in the schema of
// the member itself is a common mistake.
func isRequired(n *node, d dialect) string {
	if n.kind == jsonvalue.Bool {
		return "KEYWORD must be an array of names, in the schema that has the properties, not a boolean"
	}
	return isNames(n, d)
}

func isMapOfNames(n *node, d dialect) string {
	if n.kind != jsonvalue.Object {
		return wrong(n, "an object of arrays of names")
	}
	for _, m := range n.members {
		if message := isNames(m.value, d); message != "" {
			return message
		}
	}
	return ""
}

func isSchemas(n *node, _ dialect) string {
	switch {
	case n.kind != jsonvalue.Array:
		return wrong(n, "an array of schemas")
	case len(n.items) == 0:
		return "KEYWORD has no schema"
	}
	return ""
}

func isItems(n *node, d dialect) string {
	switch {
	case n.kind != jsonvalue.Array:
		return ""
	case d == openAPI30:
		return "KEYWORD must be a schema, which all elements must satisfy, not an array"
	case !d.older():
		return "KEYWORD must be a schema; an array of schemas, one for each element, is prefixItems"
	}
	return isSchemas(n, d)
}

func isDependencies(n *node, d dialect) string {
	if n.kind != jsonvalue.Object {
		return wrong(n, "an object")
	}
	for _, m := range n.members {
		if m.value.kind == jsonvalue.Array {
			if message := isNames(m.value, d); message != "" {
				return message
			}
		}
	}
	return ""
}
