package credentialtest

// before are words that may precede the part of a name that makes it a secret.
var before = []string{"x", "my", "app", "acme", "user", "client", "db", "default"}

// always are names, as words, of credentials whatever their value is.
const always = "password, passwd, pwd, passphrase, passcode, secret, token, credential, credentials, authorization, cookie, jwt, hmac, signature, " +
	"api key, access key, access key id, private key, secret key, account key, app key, application key, subscription key, function key, functions key, " +
	"sas key, auth key, authentication key, authorization key, encryption key, decryption key, signing key, sign key, master key, shared key, ssh key, " +
	"service key, storage key, session key, admin key, client key, consumer key, customer key, developer key, license key, root key, webhook key, hmac key, " +
	"deploy key, instrumentation key, connection string, conn string, connection uri, database url, db url, dsn, assertion, saml response, saml request, saml art, " +
	"otp, totp, otp code, mfa code, two factor code, one time code, sms code, login code, pass code, activation code, reset code, verification code, auth code, authorization code, device code, recovery code, backup code, code verifier, " +
	"csrf, xsrf, session id, sess id, seed phrase, recovery phrase, mnemonic phrase, set cookie, security answer, id token hint, " +
	"client secret, access token, refresh token, id token, bearer token, webhook secret, proxy authorization, password hash, token value, secret string, new password, password confirmation"

// unlessPlain are names of credentials unless the value is a word or a short
// number.
const unlessPlain = "pass, session, sid, sas, auth, sig, bearer, pat, pin code"

// glued are names of several words that are written as one.
const glued = "dbpassword, userpasswd, mypassphrase, appsecret, accesstoken, googleapikey, awsaccesskey, mysecretkey, rsaprivatekey, dbcredential, phpsessionid, phpsessid, xauthorization"

// inPlaces are names that are credentials only in some places.
var inPlaces = map[Place]string{
	Header: "key",
	Query:  "key, code, ticket",
	Member: "pass",
	Text:   "pass",
}

// Form is a form by which a credential is recognised.
type Form struct {
	Of       string
	Template string // {a16} is 16 letters and digits, l letters, d digits, U capitals and digits, h hexadecimal digits
	Text     bool   // it occurs only within words or lines of a text, not as a value by itself
}

// Forms are the forms of the credentials that many services issue.
var Forms = []Form{
	{Of: "OpenAI", Template: "sk-proj-{a24}"},
	{Of: "OpenAI, older", Template: "sk-{a40}"},
	{Of: "a public and a restricted key", Template: "rk-{a24}pk-{a24}"},
	{Of: "Stripe", Template: "sk_live_{a24}"},
	{Of: "Stripe, restricted", Template: "rk_test_{a24}"},
	{Of: "webhooks", Template: "whsec_{a32}"},
	{Of: "GitHub", Template: "ghp_{a36}"},
	{Of: "GitHub OAuth", Template: "gho_{a36}"},
	{Of: "GitHub app", Template: "ghs_{a36}"},
	{Of: "GitHub, fine-grained", Template: "github_pat_11{U8}0_{a40}"},
	{Of: "GitLab", Template: "glpat-{a20}"},
	{Of: "GitLab runner", Template: "glrt-{a20}"},
	{Of: "Slack", Template: "xoxb-{d12}-{a24}"},
	{Of: "Slack app", Template: "xapp-1-{U11}-{d13}-{h64}"},
	{Of: "Slack webhook", Template: "https://hooks.slack.com/services/T{U8}/B{U8}/{a24}"},
	{Of: "Discord webhook", Template: "https://discord.com/api/webhooks/{d18}/{a40}"},
	{Of: "Google", Template: "AIza{a35}"},
	{Of: "Google OAuth", Template: "ya29.{a40}"},
	{Of: "Google OAuth client", Template: "GOCSPX-{a28}"},
	{Of: "Google refresh", Template: "1//0{a30}"},
	{Of: "AWS", Template: "AKIA{U16}"},
	{Of: "AWS with its secret", Template: "AKIA{U16}:{a40}"},
	{Of: "npm", Template: "npm_{a36}"},
	{Of: "PyPI", Template: "pypi-AgEIcHlwaS5vcmc{a40}"},
	{Of: "SendGrid", Template: "SG.{a22}.{a43}"},
	{Of: "Hugging Face", Template: "hf_{a34}"},
	{Of: "Groq", Template: "gsk_{a40}"},
	{Of: "xAI", Template: "xai-{a40}"},
	{Of: "Perplexity", Template: "pplx-{a40}"},
	{Of: "Replicate", Template: "r8_{a32}"},
	{Of: "NVIDIA", Template: "nvapi-{a40}"},
	{Of: "DigitalOcean", Template: "dop_v1_{h64}"},
	{Of: "Shopify", Template: "shpat_{h32}"},
	{Of: "Linear", Template: "lin_api_{a40}"},
	{Of: "Databricks", Template: "dapi{h32}"},
	{Of: "Grafana", Template: "glsa_{a32}_{h8}"},
	{Of: "Vault", Template: "hvs.{a24}"},
	{Of: "Doppler", Template: "dp.pt.{a40}"},
	{Of: "Mailgun", Template: "key-{h32}"},
	{Of: "Square", Template: "sq0atp-{a22}"},
	{Of: "New Relic", Template: "NRAK-{U27}"},
	{Of: "Telegram", Template: "{d10}:AA{a33}"},
	{Of: "Docker", Template: "dckr_pat_{a27}"},
	{Of: "Atlassian", Template: "ATATT3x{a40}"},
	{Of: "Sentry", Template: "sntrys_{a40}"},
	{Of: "PlanetScale", Template: "pscale_tkn_{a32}"},
	{Of: "RubyGems", Template: "rubygems_{h48}"},
	{Of: "Pulumi", Template: "pul-{h40}"},
	{Of: "Supabase", Template: "sbp_{h40}"},
	{Of: "Telegram in a URL", Template: "https://api.telegram.org/bot{d10}:AA{a33}/getMe"},
	{Of: "age", Template: "AGE-SECRET-KEY-1{U58}"},
	{Of: "Tailscale", Template: "tskey-auth-{a24}"},
	{Of: "JSON Web Token", Template: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI{a24}.{a43}"},
	{Of: "unsecured JSON Web Token", Template: "eyJhbGciOiJub25lIn0.eyJzdWIiOiI{a24}."},
	{Of: "user and password of a URL", Template: "postgres://app:{a16}@db.example/main"},
	{Of: "Azure storage", Template: "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={a86}==;EndpointSuffix=core.windows.net", Text: true},
	{Of: "Bearer", Template: "Authorization says Bearer {a24} there", Text: true},
	{Of: "Basic", Template: "Basic {a24}==", Text: true},
	{Of: "PEM", Template: "-----BEGIN RSA PRIVATE KEY-----\n{a64}\n{a64}\n{a20}==\n-----END RSA PRIVATE KEY-----\n", Text: true},
	{Of: "OpenSSH", Template: "-----BEGIN OPENSSH PRIVATE KEY-----\n{a64}\n{a64}\n-----END OPENSSH PRIVATE KEY-----\n", Text: true},
	{Of: "PGP", Template: "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{a64}\n-----END PGP PRIVATE KEY BLOCK-----\n", Text: true},
	{Of: "curl -u", Template: "curl -s -u me:{a12} https://h.example/", Text: true},
	{Of: "curl --user", Template: "curl https://h.example/ --user 'me:{a12}'", Text: true},
	{Of: "curl -H", Template: `curl -H "X-Api-Key: {a12}" https://h.example/`, Text: true},
	{Of: "a flag", Template: "tool --api-key {a12} run", Text: true},
	{Of: "a variable", Template: "export OPENAI_API_KEY={a12}", Text: true},
	{Of: "XML", Template: "<config><password>{a12}</password></config>", Text: true},
}
