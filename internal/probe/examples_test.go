package probe

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// examples are the examples of the Arazzo Specification.
const examples = "../../../shared/data/arazzo-examples"

// petstore and zoo describe the operations that examples use, and that are not
// beside them.
const (
	petstore = `openapi: 3.0.4
info: {title: Petstore, version: "1"}
paths:
  /user/login:
    get: {operationId: loginUser, responses: {'200': {description: a session}}}
  /pet/findByStatus:
    get: {operationId: findPetsByStatus, responses: {'200': {description: pets}}}
`
	zoo = `openapi: 3.0.4
info: {title: Zoo, version: "1"}
paths:
  /animals:
    post: {operationId: postAnimal, responses: {'201': {description: an animal}}}
  /animals/random:
    get: {operationId: getRandomAnimal, responses: {'200': {description: an animal}}}
`
)

// loadExample reads an example, with the descriptions that are not beside it.
func loadExample(t *testing.T, name string) *Document {
	t.Helper()
	if _, err := os.Stat(examples); err != nil {
		t.Skip("the examples of the Arazzo Specification are not beside the project: " + examples)
	}
	dir := t.TempDir()
	for file, text := range map[string]string{"petstore.yaml": petstore, "zoo.yaml": zoo} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	doc, err := Load(filepath.Join(examples, name), map[string]string{
		"petStoreDescription": filepath.Join(dir, "petstore.yaml"),
		"animals":             filepath.Join(dir, "zoo.yaml"),
		"BnplApi":             filepath.Join(examples, "bnpl-openapi.yaml"),
	})
	require.NoError(t, err)
	return doc
}

// TestExamplesAreRead checks that each example is read, and that what is wrong
// in it is a warning.
func TestExamplesAreRead(t *testing.T) {
	for name, tt := range map[string]struct {
		scenarios int
		warnings  []string
	}{
		"ExtendedParametersExample.arazzo.yaml": {1, nil},
		"FAPI-PAR.arazzo.yaml":                  {1, []string{`FAPI-PAR.arazzo.yaml:100:9: there is no operation "PAR"; "Par" is used, which differs in case only`}},
		"LoginAndRetrievePets.arazzo.yaml":      {1, nil},
		"bnpl-arazzo.yaml": {1, []string{
			`$steps.authenticateCustomerAndAuthorizeLoan.outputs.redirectAuthToken leads to nothing: the step has no output "redirectAuthToken"`,
			`$steps.initiateBnplTransaction.outputs.loanTransactionId leads to nothing: the step has no output "loanTransactionId"`,
			`$steps.initiateBnplTransaction.outputs.loanTransactionId leads to nothing: the step has no output "loanTransactionId"`,
			`$steps.retrieveFinalizedPaymentPlan.finalizedPaymentPlan leads to nothing; write $steps.retrieveFinalizedPaymentPlan.outputs.NAME`,
		}},
		"oauth.arazzo.yaml":       {3, nil},
		"pet-coupons.arazzo.yaml": {3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			doc := loadExample(t, name)
			assert.Len(t, doc.Scenarios, tt.scenarios)
			require.Len(t, doc.Warnings, len(tt.warnings), "%v", doc.Warnings)
			for i, w := range tt.warnings {
				assert.Contains(t, doc.Warnings[i].String(), w)
			}
		})
	}
}

// sent is what a server has received.
type sent struct {
	request string // method and URL
	body    string
}

// runExample runs a scenario of a document against a server, and returns what
// the server has received. The server's answers begin with a status.
func runExample(t *testing.T, doc *Document, name string, inputs map[string]any, answers map[string]string) (received []sent, err error) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		received = append(received, sent{r.Method + " " + r.URL.String(), string(body)})
		text, answer, _ := strings.Cut(answers[r.Method+" "+r.URL.Path], " ")
		status, err := strconv.Atoi(text)
		assert.NoError(t, err, r.URL)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer srv.Close()
	p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, Inputs: inputs, Timeout: time.Minute, MaxRequests: 20, Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
	for _, s := range doc.Scenarios {
		if s.Name == name {
			return received, p.Run(t.Context(), &s)
		}
	}
	return nil, errors.New("no such scenario")
}

// TestExamplePetCoupons runs an example to its end: a workflow in another, its
// outputs, and inputs that nobody has given, which are left out.
func TestExamplePetCoupons(t *testing.T) {
	doc := loadExample(t, "pet-coupons.arazzo.yaml")
	answers := map[string]string{
		"GET /pet/findByStatus": `200 [{"id": 7, "name": "Tom"}]`,
		"POST /store/order":     `200 {"id": 5}`,
	}
	got, err := runExample(t, doc, "buy-available-pet", nil, answers)
	require.NoError(t, err)
	assert.Equal(t, []sent{
		{"GET /pet/findByStatus?page=1&pageSize=10&status=available", ""},
		{"POST /store/order", `{"complete":false,"petId":7,"status":"placed"}`},
	}, got)
	for _, s := range doc.Scenarios {
		assert.Equal(t, s.Name == "place-order", s.Part, s.Name)
	}
}

// TestExampleOAuth runs an example to its end: a workflow in another, forms, and
// criteria in JSONPath.
func TestExampleOAuth(t *testing.T) {
	got, err := runExample(t, loadExample(t, "oauth.arazzo.yaml"), "refresh-token-flow",
		map[string]any{"my_client_id": "c1", "my_client_secret": "s&1", "my_redirect_uri": "https://me/back"},
		map[string]string{
			"GET /authorize":    `200 {"access_token": "a", "code": "code-1"}`,
			"POST /oauth/token": `200 {"access_token": "t", "refresh_token": "r-1", "expires_in": 3600, "scope": null}`,
		})
	require.NoError(t, err)
	assert.Equal(t, []sent{
		{"GET /authorize?client_id=c1&redirect_uri=https%3A%2F%2Fme%2Fback&response_type=code&scope=read&state=12345", ""},
		{"POST /oauth/token", "client_id=c1&client_secret=s%261&code=code-1&grant_type=authorization_code&redirect_uri=https%3A%2F%2Fme%2Fback"},
		{"POST /oauth/token", "grant_type=refresh_token&refresh_token=r-1"},
	}, got)
}

// TestExampleBNPL runs an example up to the path parameter to which it gives no
// value: templates in JSON whose expressions are objects, and actions that lead
// to other steps.
func TestExampleBNPL(t *testing.T) {
	got, err := runExample(t, loadExample(t, "bnpl-arazzo.yaml"), "ApplyForLoanAtCheckout",
		map[string]any{
			"customer": `{"firstName": "Ada", "lastName": "L", "dateOfBirth": "1990-01-01T00:00:00Z", "postalCode": "N1"}`,
			"products": `[{"productCode": "p1", "purchaseAmount": {"currency": "EUR", "amount": 10.50}}]`,
		},
		map[string]string{
			"POST /products":            `200 {"existingCustomerNotEligible": true, "eligibilityCheckRequired": true, "eligible": {"products": ["p1"]}, "products": ["p1"]}`,
			"GET /terms-and-conditions": `200 {"termsAndConditions": "pay"}`,
			"POST /customers":           `201 {"customerId": "1", "links": {"self": "https://bnpl/customers/1"}}`,
			"POST /loan-transactions":   `202 {"redirectAuthToken": null}`,
		})
	assert.ErrorIs(t, err, ErrUnmet)
	assert.ErrorContains(t, err, "step retrieveFinalizedPaymentPlan")
	assert.Equal(t, []sent{
		{"POST /products", `{"customer":{"dateOfBirth":"1990-01-01T00:00:00Z","firstName":"Ada","lastName":"L","postalCode":"N1"},"products":[{"productCode":"p1","purchaseAmount":{"amount":10.50,"currency":"EUR"}}]}`},
		{"GET /terms-and-conditions", ""},
		{"POST /customers", `{"dateOfBirth":"1990-01-01T00:00:00Z","firstName":"Ada","lastName":"L","postalCode":"N1","termsAndConditionsAccepted":true}`},
		{"POST /loan-transactions", `{"newCustomer":"https://bnpl/customers/1","products":["p1"]}`},
	}, got)
}
