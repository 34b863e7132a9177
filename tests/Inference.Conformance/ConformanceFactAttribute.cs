using Xunit.Sdk;

namespace Inference.Conformance;

/// <summary>A fact of a suite; skipped where <see cref="IProviderUnderTest.SkipReason"/> says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Inference.Conformance.ConformanceFactDiscoverer", "Inference.Conformance")]
public sealed class ConformanceFactAttribute : FactAttribute;
