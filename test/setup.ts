// Protects the output of every test run from the SDK's warning about the Node that it runs on: in Lambda that is 24.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
