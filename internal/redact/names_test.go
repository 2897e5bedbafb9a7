package redact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const canary = "CANARYq7Zx93kLm"

// drawName draws a name of a credential: a sequence of words from the list,
// after other words and joined in any way.
func drawName(in place) *rapid.Generator[string] {
	var sequences []string
	for _, list := range nameList {
		if list.in&in != 0 && list.secrecy >= unlessWord {
			for name := range strings.SplitSeq(list.names, ",") {
				sequences = append(sequences, strings.TrimSpace(name))
			}
		}
	}
	return rapid.Custom(func(t *rapid.T) string {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "my", "app", "db", "user", "acme", "default"}), 0, 2).Draw(t, "before")
		words = append(words, strings.Fields(rapid.SampledFrom(sequences).Draw(t, "sequence"))...)
		join := rapid.SampledFrom([]string{"-", "_", ".", "camel", "Pascal", "UPPER"}).Draw(t, "join")
		switch join {
		case "camel", "Pascal":
			for i, word := range words {
				if i > 0 || join == "Pascal" {
					words[i] = strings.ToUpper(word[:1]) + word[1:]
				}
			}
			return strings.Join(words, "")
		case "UPPER":
			return strings.ToUpper(strings.Join(words, "_"))
		}
		return strings.Join(words, join)
	})
}

// TestNamesInEachPlace checks that a credential under any name is found in each
// place of a body or a text, even if the body is cut off or in a string.
func TestNamesInEachPlace(t *testing.T) {
	memberPlaces := []string{
		`{"id": 1, "NAME": "VALUE", "n": 2}`,
		`{"NAME":"VALUE"`,
		`[{"a": [], "NAME" : "VALUE"}]`,
		`{"name": "NAME", "value": "VALUE"}`,
		`{"value": "VALUE", "enabled": true, "key": "NAME"}`,
		`{"headers": {"NAME": "VALUE"}}`,
		`{"headers": {"NAME": ["VALUE"]}}`,
		`…, "NAME": "VALUE", "x": 1`,
		`found {"NAME": "VALUE"}`,
		`{'NAME': 'VALUE'}`,
	}
	rapid.Check(t, func(t *rapid.T) {
		name := drawName(member).Draw(t, "name")
		text := strings.NewReplacer("NAME", name, "VALUE", canary).Replace(rapid.SampledFrom(memberPlaces).Draw(t, "place"))
		for range rapid.IntRange(0, 2).Draw(t, "levels") {
			text = `{"body": "` + quoted(text) + `"}`
		}
		assert.NotContains(t, new(Cleaner).Text(text), canary, "%s", text)
	})
	rapid.Check(t, func(t *rapid.T) {
		name := drawName(prose).Draw(t, "name")
		place := rapid.SampledFrom([]string{"NAME: VALUE", "set NAME=VALUE now", "a=b&NAME=VALUE&c=d", "x?NAME=VALUE", "line\nNAME: VALUE\nline", `NAME = "VALUE"`, "map[NAME:VALUE a:b]", "<NAME>VALUE</NAME>"})
		text := strings.NewReplacer("NAME", name, "VALUE", canary).Replace(place.Draw(t, "place"))
		assert.NotContains(t, new(Cleaner).Text(text), canary, "%s", text)
	})
}

func TestNamesWithContents(t *testing.T) {
	for _, text := range []string{
		`{"tokens": ["VALUE", "VALUE"]}`, `{"password": {"value": "VALUE"}}`, `{"secrets": [{"plain": "VALUE"}]}`,
		`{"body": "{\"tokens\": [\"VALUE\"]}"}`, `…"password": {"value": "VALUE"`, `{"value": {"stringValue": "VALUE"}, "key": "api_key"}`,
		`["Authorization", "VALUE"]`, `{"headers": {"X-Auth": "VALUE", "x-functions-key": "VALUE"}}`, `curl -u me:VALUE https://h`,
		`Authorization: Basic VALUE`, `{"\u0070assword": "VALUE"}`, `{"body": "{\u0022token\u0022:\u0022VALUE\u0022}"}`, `{"n": 1} {"token": "VALUE"}`,
	} {
		text = strings.ReplaceAll(text, "VALUE", canary)
		assert.NotContains(t, new(Cleaner).Text(text), canary, "%s", text)
	}
}

// harmlessNames are names of members that are not credentials.
var harmlessNames = strings.Fields(`author authors authority session_count sessionCount passengers passenger passed passing passport_country compass bypass
	primary_key primaryKey foreign_key sort_key partition_key public_key publicKey idempotency_key cache_key token_type tokenType token_count
	max_tokens maxTokens total_tokens input_tokens output_tokens prompt_tokens completion_tokens cached_tokens reasoning_tokens tokens_used
	next_page_token nextPageToken next_token NextToken NextContinuationToken continuation_token sync_token previous_page_token page_token
	token_endpoint token_url token_expires_at token_id password_policy password_updated_at password_length passwords_enabled secret_name secretName
	secret_scanning secretary secretariat key_id key_name keyword keywords keyboard monkey turkey donkey hockey cookie_policy cookie_domain
	cookies_enabled credential_type credentials_count signature_algorithm signature_version signed designer sign significant signal authored_at
	auth_type authentication_method authorization_url authorized is_authorized oauth_scopes bearer_format api_key_count api_key_id api_keys_url
	access_key_count hash digest checksum etag nonce state code status country_code zip_code postal_code error_code session_start sessions_total
	description title name value id url email username user login created_at pattern paths pathname patient patch spat pinned pinterest opinion
	basic sasquatch sassy otpauth_enabled hotpot csrf_enabled database_name connection_count connection_status tokenizer tokenization passive`)

func TestHarmlessNames(t *testing.T) {
	require.GreaterOrEqual(t, len(harmlessNames), 100)
	body := map[string]any{}
	for _, name := range harmlessNames {
		body[name] = "CAEQAA4x"
		assert.Equal(t, `"`+name+`": "CAEQAA4x" and`, new(Cleaner).Text(`"`+name+`": "CAEQAA4x" and`))
	}
	text, err := json.Marshal(body)
	require.NoError(t, err)
	assert.Equal(t, string(text), new(Cleaner).Text(string(text)))
}

func TestHarmlessValues(t *testing.T) {
	for _, text := range []string{
		`{"tokens": 12, "password": true, "secret": null, "api_key": 1.5}`,
		`{"token": "Hello", "logprob": -0.31, "bytes": [72]}`,
		`{"logprobs": {"tokens": ["Hel", "lo"], "token_logprobs": [-1, -2]}}`,
		`{"key": "color", "value": "red"}`, `{"key": "mit"}`, `{"session": "morning"}`, `{"auth": "oauth"}`,
		`{"token": {"type": "bearer", "expires_at": "2025-01-01T00:00:00Z"}}`,
		`the password: is required`, `at 10:02:03 a=b`, `{"name": "color", "value": "red"}`,
		`{"required": ["password", "token"]}`,
	} {
		assert.Equal(t, text, new(Cleaner).Text(text))
	}
}

// TestUse checks that names are added to the list and removed from it.
func TestUse(t *testing.T) {
	defer Use(nil)
	Use([]string{"x-tenant-pin", "session=off"})
	assert.Equal(t, `{"tenantPin": "[redacted]1", "X-Tenant-Pin": "[redacted]", "session": "aB3xYz90"}`,
		`{"tenantPin": "[redacted]1", `+new(Cleaner).Text(`{"X-Tenant-Pin": "aB3xYz91", "session": "aB3xYz90"}`)[1:])
	assert.Equal(t, `{"tenantPin": "[redacted]", "tenant_pin": "[redacted]", "pin": "aB3xYz91"}`, new(Cleaner).Text(`{"tenantPin": "aB3xYz91", "tenant_pin": "aB3xYz91", "pin": "aB3xYz91"}`))
	Use(nil)
	assert.Equal(t, `{"xTenantPin": "aB3", "session": "[redacted]"}`, new(Cleaner).Text(`{"xTenantPin": "aB3", "session": "aB3xYz90"}`))
	assert.Error(t, CheckName("=off"))
	assert.Error(t, CheckName("session=on"))
	assert.Error(t, CheckName("tenant*"))
	assert.ErrorContains(t, CheckName("passwrd=off"), "removes nothing")
	assert.NoError(t, CheckName("x-tenant-pin"))
	assert.NoError(t, CheckName("api_key=off"))
}

func TestWithoutX(t *testing.T) {
	for name, want := range map[string]string{
		"x-pin": "pin", "X_Pin": "Pin", "xPin": "Pin", "x pin": "pin", "xpin": "xpin", "Xpin": "Xpin", "pin": "pin", "x": "x", "x-": "x-", "": "",
	} {
		assert.Equal(t, want, withoutX(name), name)
	}
}

// TestBodyRemainsJSON checks that a JSON body remains JSON, whatever is removed
// from it.
func TestBodyRemainsJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": "say \"Bearer abcdef12\\\" x"}`: ``,
		`{"a": "\n12345678", "b": 12345678}`:   `{"a": "\n[redacted]", "b": 0}`,
		`{"a": "x\n12345678"}`:                 `{"a": "x\n[redacted]"}`,
	} {
		clean := New([]string{"n12345678", "12345678"}).Body(text)
		assert.True(t, json.Valid([]byte(clean)), "%s", clean)
		if want != "" {
			assert.NotContains(t, clean, "12345678")
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`["\\nu0-9a-f/é]{4,9}`).Draw(t, "secret")
		value, err := json.Marshal(map[string]any{"password": secret, "b": "x" + secret, "c": []any{12345678, secret}})
		require.NoError(t, err)
		clean := New([]string{secret, `n1234`, `\\`, `1234`}).Body(string(value))
		assert.True(t, json.Valid([]byte(clean)), "%s became %s", value, clean)
	})
}

// Some names are those of credentials only with some values.
func TestNamesByTheirValues(t *testing.T) {
	const key = "4f0a9c2e7b1d8e6f3a5c9b7d2e4f6a8c"
	for text, isSecret := range map[string]bool{
		`{"pin": "4821"}`: true, `{"user_pin": "482193"}`: true, `{"cvv": "123"}`: true, `{"cvv2": "1234"}`: true, `{"securityCode": "123"}`: true, `/x?pin=4821`: true, "PIN: 4821": true,
		`{"pin": "abc-12"}`: false, `{"pin": true}`: false, `{"pin": 13}`: false, `{"mapping": "4821"}`: false, `{"pin_count": "4821"}`: false, `{"code": "4821"}`: false, `{"pin": "12"}`: false,
		"/x?appid=" + key: true, "/x?app_id=" + key: true, "/x?appid=shop": false, `{"appid": "` + key + `"}`: false, `{"app_id": "shop-1"}`: false,
		`{"one_time_code": "a1b2"}`: true, `{"loginCode": "a1b2"}`: true, `{"passcode": "a1b2"}`: true, `{"otp": "a1b2"}`: true,
		`{"token_type_hint": "access_token"}`: false, `{"token_hint": "a1b2"}`: false, `{"login_hint": "a1b2"}`: false, `/x?id_token_hint=a1b2`: true,
	} {
		assert.Equal(t, isSecret, new(Cleaner).URL(text, func(string) bool { return true }) != text, text)
	}
	for name, isSecret := range map[string]bool{
		"token": true, "resetToken": true, "password": true, "otp": true, "pin": true, "api_key": true, "secret": true,
		"id": false, "session_id": false, "sessionId": false, "session": false, "Sid": false, "token_id": false, "key": false, "code": false, "page_token": false,
	} {
		assert.Equal(t, isSecret, SecretParameter(name), name)
	}
}
