using Inference.Monitoring.PostgreSql.Tests;

namespace Inference.Monitoring.Tests.Feedback;

/// <summary>Whether the store of this project's tests is there.</summary>
internal static class StoreUnderTest
{
    public static string? WhyMissing => PostgreSqlServer.Shared.WhyMissing;
}
