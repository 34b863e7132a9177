using System.Diagnostics.Metrics;
using Inference.Caching.Configuration;
using Inference.Caching.Diagnostics;
using Inference.Caching.SecondLevel;
using Inference.Security;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Caching.Stage;

/// <summary>Creates the cache of one model from its services and options.</summary>
internal sealed partial class CachingStage(IServiceProvider services, string model, Action<CachingOptions>? configure, string stage, string cache)
{
    private readonly CachingOptionsValidator _validator = new();
    private readonly ILogger _logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Caching") ?? NullLogger.Instance;

    public CachingRunner Open(IModelRunner inner)
    {
        var clock = services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
        var instruments = new CacheInstruments(inner.Info.Name, inner.Info.Version, cache, services.GetService(typeof(IMeterFactory)) as IMeterFactory);
        return new CachingRunner(
            inner,
            clock,
            instruments,
            services.GetService(typeof(IDistributedCache)) is IDistributedCache distributed ? new SecondLevelCache(distributed, inner.Info, clock, instruments, services.GetService(typeof(ISubjectKeys)) as ISubjectKeys, (count, why) => LogRefused(_logger, model, count, why)) : null,
            new StageOptions<CachingOptions>(services, model, configure, _validator, rejected => LogRejected(_logger, model, rejected.Message)),
            on =>
            {
                instruments.On(on);
                LogSwitched(_logger, model, cache, on ? "enabled again to measure whether it pays" : "disabled because it does not pay");
            });
    }

    public IModelRunner PassThrough(IModelRunner inner, string why)
    {
        using var options = new StageOptions<CachingOptions>(services, model, configure, _validator);
        if (options.Current.WhenNotCacheable == NotCacheableMode.Fail)
        {
            throw new InferenceException($"Model '{model}', {stage}: {why} Or remove {stage}, or set WhenNotCacheable to PassThrough.");
        }

        LogPassThrough(_logger, model, stage, why);
        return inner;
    }

    [LoggerMessage(1, LogLevel.Debug, "Model '{Model}': the {Cache} cache is {State}.")]
    private static partial void LogSwitched(ILogger logger, string model, string cache, string state);

    [LoggerMessage(2, LogLevel.Warning, "Model '{Model}' runs without {Stage}: {Why}")]
    private static partial void LogPassThrough(ILogger logger, string model, string stage, string why);

    [LoggerMessage(4, LogLevel.Warning, "Model '{Model}': {Count} entries of the second level were refused and count as missing; the last one because {Why}. Look for what damages or writes them.")]
    private static partial void LogRefused(ILogger logger, string model, long count, string why);

    [LoggerMessage(3, LogLevel.Error, "Model '{Model}': the new caching options are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
