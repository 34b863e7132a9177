using Inference.Monitoring;
using Inference.Monitoring.PostgreSql;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps feedback in PostgreSQL.</summary>
public static class PostgreSqlFeedbackExtensions
{
    /// <summary>Keeps the feedback of all models whose options name no store in a database.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the connection string and other options, which are validated when the host starts.</param>
    public static IServiceCollection AddPostgreSqlFeedback(this IServiceCollection services, Action<PostgreSqlFeedbackOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<PostgreSqlFeedbackOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlFeedbackOptions>, PostgreSqlFeedbackOptionsValidator>());
        services.TryAddSingleton<IFeedbackStoreProvider>(static provider => new PostgreSqlFeedbackProvider(provider.GetRequiredService<IOptions<PostgreSqlFeedbackOptions>>().Value));
        return services;
    }

    /// <summary>Keeps the feedback of this model in a database.</summary>
    /// <param name="options">The options.</param>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="schema">The schema of the tables, which is made if it does not exist: 1 to 63 lower-case letters, digits and underscores.</param>
    public static FeedbackOptions UsePostgreSql(this FeedbackOptions options, string connectionString, string schema = PostgreSqlFeedbackOptions.DefaultSchema)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Store = new PostgreSqlFeedbackProvider(new PostgreSqlFeedbackOptions { ConnectionString = connectionString, Schema = schema }).Create;
        return options;
    }
}
