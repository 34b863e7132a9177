using Inference.Providers;

namespace Inference.Conformance;

/// <summary>What the suites need to know of a provider. One class a provider, with a parameterless constructor.</summary>
public interface IProviderUnderTest
{
    /// <summary>Makes the provider; the suites make several and use them at once.</summary>
    ExecutionProvider Create();

    /// <summary>Names of the models in <see cref="Models.ConformanceModels.All"/> that the provider claims as a whole and runs. The suites check that these are neither more nor
    /// fewer, and run each.</summary>
    IReadOnlyCollection<string> Models { get; }

    /// <summary>Why the suites cannot run here (a native library that is not installed), or null when they can.</summary>
    string? SkipReason => null;
}
