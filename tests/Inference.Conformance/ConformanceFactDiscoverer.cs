using Xunit.Abstractions;
using Xunit.Sdk;

namespace Inference.Conformance;

/// <summary>Makes the test cases of suites.</summary>
/// <param name="messages">Where xunit takes diagnostic messages.</param>
public sealed class ConformanceFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    /// <inheritdoc/>
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new ConformanceTestCase(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}
