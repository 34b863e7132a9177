using Inference.Monitoring;
using Inference.Monitoring.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps feedback in SQLite files.</summary>
public static class SqliteFeedbackExtensions
{
    /// <summary>Keeps the feedback of all models whose options name no store in files, one a model.</summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The path of the files, in which <c>{model}</c> stands for the model's name.</param>
    /// <exception cref="ArgumentException">The path has no <c>{model}</c>.</exception>
    public static IServiceCollection AddSqliteFeedback(this IServiceCollection services, string path = "feedback/{model}.db")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.Contains(SqliteFeedbackProvider.Model, StringComparison.Ordinal))
        {
            throw new ArgumentException($"Expected a path with {SqliteFeedbackProvider.Model}, because each model has a file of its own, got '{path}'.", nameof(path));
        }

        services.TryAddSingleton<IFeedbackStoreProvider>(new SqliteFeedbackProvider(path));
        return services;
    }

    /// <summary>Keeps the feedback of this model in a file.</summary>
    /// <param name="options">The options.</param>
    /// <param name="path">The path of the file, in which <c>{model}</c> stands for the model's name.</param>
    public static FeedbackOptions UseSqlite(this FeedbackOptions options, string path = "feedback/{model}.db")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options.Store = new SqliteFeedbackProvider(path).Create;
        return options;
    }
}
