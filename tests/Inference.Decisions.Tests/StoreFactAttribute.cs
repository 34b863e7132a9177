using Inference.Monitoring.PostgreSql.Tests;

namespace Inference.Decisions.Tests;

/// <summary>A fact about a store, skipped where its server is not installed.</summary>
public sealed class StoreFactAttribute : FactAttribute
{
    public StoreFactAttribute(string store) => Skip = store == "redis" ? RedisServer.Shared.WhyMissing : PostgreSqlServer.Shared.WhyMissing;
}
