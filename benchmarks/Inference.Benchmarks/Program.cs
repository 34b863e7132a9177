using Inference.Benchmarks.Encryption;
using Inference.Benchmarks.Limits;
using Inference.Benchmarks.Monitoring;
using Inference.Benchmarks.Operators;
using Inference.Benchmarks.Ownership;
using Inference.Benchmarks.Providers;
using Inference.Benchmarks.Serving;
using Inference.Benchmarks.Soak;
using Inference.Benchmarks.Speed;
using Inference.Benchmarks.Thresholds;
using Inference.Benchmarks.Versioning;

// dotnet run -c Release --project benchmarks/Inference.Benchmarks -- VERB [--option value …]
var verbs = new Dictionary<string, Func<string[], Task<int>>>(StringComparer.Ordinal)
{
    ["ab"] = AbCommand.RunAsync,
    ["attention"] = AttentionCommand.RunAsync,
    ["batching"] = BatchingCommand.RunAsync,
    ["bfloat16"] = BFloat16Command.RunAsync,
    ["caching"] = CachingCommand.RunAsync,
    ["canaries"] = CanariesCommand.RunAsync,
    ["canary"] = CanaryCommand.RunAsync,
    ["cbpe"] = EmploymentCommand.RunAsync,
    ["drift"] = DriftCommand.RunAsync,
    ["encryption"] = EncryptionCommand.RunAsync,
    ["faults"] = FaultsCommand.RunAsync,
    ["feedback"] = FeedbackCommand.RunAsync,
    ["gemm"] = GemmCommand.RunAsync,
    ["knee"] = KneeCommand.RunAsync,
    ["limits"] = LimitsCommand.RunAsync,
    ["lowrank"] = LowRankCommand.RunAsync,
    ["monitoring"] = MonitoringCommand.RunAsync,
    ["operators"] = OperatorsCommand.RunAsync,
    ["overhead"] = OverheadCommand.RunAsync,
    ["ownership"] = OwnershipCommand.RunAsync,
    ["pipeline"] = PipelineCommand.RunAsync,
    ["repositories"] = RepositoriesCommand.RunAsync,
    ["server-soak"] = ServerSoakCommand.RunAsync,
    ["sessions"] = SessionsCommand.RunAsync,
    ["soak"] = SoakCommand.RunAsync,
    ["stepaside"] = StepAsideCommand.RunAsync,
    ["swap"] = SwapCommand.RunAsync,
    ["threads"] = ThreadsCommand.RunAsync,
    ["thresholds"] = ThresholdsCommand.RunAsync,
};
if (args.Length > 0 && verbs.TryGetValue(args[0], out Func<string[], Task<int>>? run))
{
    return await run(args[1..]);
}

Console.Error.WriteLine($"Expected one of: {string.Join(", ", verbs.Keys.Order(StringComparer.Ordinal))}.");
return 64;
