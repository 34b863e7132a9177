namespace Inference.Dashboard.Tests;

/// <summary>How much is tested: a sample with all other tests, everything by eng/dashboard.sh.</summary>
internal static class Extent
{
    public static bool IsAll { get; } = Environment.GetEnvironmentVariable("DASHBOARD_TESTS") == "all";
}
