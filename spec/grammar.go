package spec

import "strings"

// kind is the kind of OpenAPI object that a node is.
type kind string

const (
	documentKind       kind = "description"
	infoKind           kind = "info object"
	serverKind         kind = "server"
	serverVariableKind kind = "server variable"
	componentsKind     kind = "components object"
	pathItemKind       kind = "path item"
	operationKind      kind = "operation"
	parameterKind      kind = "parameter"
	requestBodyKind    kind = "request body"
	responseKind       kind = "response"
	headerKind         kind = "header"
	mediaTypeKind      kind = "media type"
	encodingKind       kind = "encoding"
	exampleKind        kind = "example"
	linkKind           kind = "link"
	callbackKind       kind = "callback"
	securitySchemeKind kind = "security scheme"
	schemaKind         kind = "schema"
)

// form says how objects of a kind are arranged in the value of a member.
type form int

const (
	one       form = iota // the value itself is one
	list                  // an array of objects
	named                 // an object of objects, by names that the author chooses
	patterned             // the same, but names that begin with x- are extensions
	oneOrList             // one, or an array of objects
)

// child says which objects are in the value of a member.
type child struct {
	kind kind
	form form
}

// grammar says which members of which objects contain further objects. All
// other members contain data, in which a $ref is not a reference.
var grammar = map[kind]map[string]child{
	documentKind: {
		"info":       {infoKind, one},
		"servers":    {serverKind, list},
		"paths":      {pathItemKind, patterned},
		"webhooks":   {pathItemKind, named},
		"components": {componentsKind, one},
	},
	serverKind: {"variables": {serverVariableKind, named}},
	componentsKind: {
		"schemas":         {schemaKind, named},
		"responses":       {responseKind, named},
		"parameters":      {parameterKind, named},
		"examples":        {exampleKind, named},
		"requestBodies":   {requestBodyKind, named},
		"headers":         {headerKind, named},
		"securitySchemes": {securitySchemeKind, named},
		"links":           {linkKind, named},
		"callbacks":       {callbackKind, named},
		"pathItems":       {pathItemKind, named},
		"mediaTypes":      {mediaTypeKind, named},
	},
	pathItemKind: {
		"servers":              {serverKind, list},
		"parameters":           {parameterKind, list},
		"get":                  {operationKind, one},
		"put":                  {operationKind, one},
		"post":                 {operationKind, one},
		"delete":               {operationKind, one},
		"options":              {operationKind, one},
		"head":                 {operationKind, one},
		"patch":                {operationKind, one},
		"trace":                {operationKind, one},
		"query":                {operationKind, one},
		"additionalOperations": {operationKind, named},
	},
	operationKind: {
		"servers":     {serverKind, list},
		"parameters":  {parameterKind, list},
		"requestBody": {requestBodyKind, one},
		"responses":   {responseKind, patterned},
		"callbacks":   {callbackKind, named},
	},
	parameterKind: {
		"schema":   {schemaKind, one},
		"content":  {mediaTypeKind, named},
		"examples": {exampleKind, named},
	},
	requestBodyKind: {"content": {mediaTypeKind, named}},
	responseKind: {
		"headers": {headerKind, named},
		"content": {mediaTypeKind, named},
		"links":   {linkKind, named},
	},
	headerKind: {
		"schema":   {schemaKind, one},
		"content":  {mediaTypeKind, named},
		"examples": {exampleKind, named},
	},
	mediaTypeKind: {
		"schema":       {schemaKind, one},
		"itemSchema":   {schemaKind, one},
		"examples":     {exampleKind, named},
		"encoding":     {encodingKind, named},
		"itemEncoding": {encodingKind, one},
	},
	encodingKind: {"headers": {headerKind, named}},
	schemaKind: {
		"properties":            {schemaKind, named},
		"patternProperties":     {schemaKind, named},
		"additionalProperties":  {schemaKind, one},
		"unevaluatedProperties": {schemaKind, one},
		"propertyNames":         {schemaKind, one},
		"dependentSchemas":      {schemaKind, named},
		"dependencies":          {schemaKind, named},
		"items":                 {schemaKind, oneOrList},
		"prefixItems":           {schemaKind, list},
		"additionalItems":       {schemaKind, one},
		"unevaluatedItems":      {schemaKind, one},
		"contains":              {schemaKind, one},
		"allOf":                 {schemaKind, list},
		"anyOf":                 {schemaKind, list},
		"oneOf":                 {schemaKind, list},
		"not":                   {schemaKind, one},
		"if":                    {schemaKind, one},
		"then":                  {schemaKind, one},
		"else":                  {schemaKind, one},
		"contentSchema":         {schemaKind, one},
		"$defs":                 {schemaKind, named},
		"definitions":           {schemaKind, named},
	},
}

// childOf says which objects are in a member of an object. All members of a
// callback are path items.
func childOf(k kind, name string) (child, bool) {
	if k == callbackKind {
		return child{pathItemKind, one}, !isExtension(name) && name != "$ref"
	}
	c, ok := grammar[k][name]
	return c, ok
}

// canRefer reports whether an object of the kind may be a $ref.
func (k kind) canRefer() bool {
	switch k {
	case documentKind, infoKind, serverKind, serverVariableKind, componentsKind, encodingKind:
		return false
	}
	return true
}

// withArticle returns a noun with its indefinite article.
func withArticle(noun string) string {
	switch {
	case noun == "null":
		return noun
	case strings.ContainsRune("aeiou", rune(noun[0])):
		return "an " + noun
	}
	return "a " + noun
}

func isExtension(name string) bool {
	return len(name) >= 2 && name[:2] == "x-"
}
