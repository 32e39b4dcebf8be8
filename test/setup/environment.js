// For every test file, and inherited by every command that a test starts.

// The CloudFormation validator inside aws-cdk-lib costs two seconds in every test file that synthesises; one test file
// turns it on again.
process.env.CDK_VALIDATION = 'false';

process.env.CDK_DISABLE_VERSION_CHECK = '1';
process.env.CDK_DISABLE_CLI_TELEMETRY = 'true';
process.env.CHECKPOINT_DISABLE = '1';
process.env.CI = 'true';
process.env.NO_COLOR = '1';
delete process.env.FORCE_COLOR;
