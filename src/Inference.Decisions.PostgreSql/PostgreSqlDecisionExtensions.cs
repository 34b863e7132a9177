using Inference.Decisions;
using Inference.Decisions.PostgreSql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps decisions about versions in PostgreSQL.</summary>
public static class PostgreSqlDecisionExtensions
{
    /// <summary>Keeps the decisions about all versioned models in a database that replicas share. In a silo, call it before <c>AddInferenceSilo</c>, which announces them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="schema">The schema of the table, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores, the first a letter.</param>
    public static IServiceCollection AddPostgreSqlDecisions(this IServiceCollection services, string connectionString, string schema = PostgreSqlDecisionStore.DefaultSchema)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        return services.AddSingleton<IDecisionStore>(_ => new PostgreSqlDecisionStore(connectionString, schema));
    }
}
