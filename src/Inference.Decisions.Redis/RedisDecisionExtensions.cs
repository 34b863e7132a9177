using Inference.Decisions;
using Inference.Decisions.Redis;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps decisions about versions in Redis.</summary>
public static class RedisDecisionExtensions
{
    /// <summary>Keeps the decisions about all versioned models in Redis, which replicas share. In a silo, call it before <c>AddInferenceSilo</c>, which announces them. The connection is made by the first use and lives as long as the process.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration of StackExchange.Redis, such as <c>redis-1:6379,abortConnect=false</c>.</param>
    /// <param name="prefix">What the keys of logs begin with.</param>
    public static IServiceCollection AddRedisDecisions(this IServiceCollection services, string configuration, string prefix = RedisDecisionStore.DefaultPrefix)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(configuration);
        return services.AddSingleton<IDecisionStore>(_ =>
        {
            var connection = new RedisConnection(configuration);
            return new RedisDecisionStore(connection.GetAsync, prefix);
        });
    }
}
