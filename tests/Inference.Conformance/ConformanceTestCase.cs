using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Inference.Conformance;

/// <summary>A test case that asks the provider under test whether it can run.</summary>
public sealed class ConformanceTestCase : XunitTestCase
{
    /// <summary>For xunit's deserialization.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For xunit's deserialization.")]
    public ConformanceTestCase()
    {
    }

    internal ConformanceTestCase(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions displayOptions, ITestMethod method)
        : base(messages, display, displayOptions, method)
    {
    }

    /// <inheritdoc/>
    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute) ?? ConformanceCoverage.ProviderOf(TestMethod.TestClass.Class.ToRuntimeType())?.SkipReason;
}
