using System.Security.Cryptography;
using System.Text;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>Searches for the fastest model within a budget by measured latency. Thread-safe.</summary>
public static class BudgetOptimizer
{
    // Of the time of a search; the rest tries what the analysis proposes.
    private const double SensitivityShare = 0.2;

    /// <summary>Tries quantization, factorization and pruning, alone and combined, and returns the best model. Cancellation is not an error: the best model so far is returned.</summary>
    /// <param name="context">Provides the loader that runs models, the seed, the clock and the progress.</param>
    /// <param name="model">The float model; not changed.</param>
    /// <param name="calibration">Rows to calibrate and refit on.</param>
    /// <param name="search">Rows to select candidates on.</param>
    /// <param name="report">Rows used only for the final measurement; null for the search rows.</param>
    /// <param name="options">The budget.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="OptimizationException">The model is quantized, or the budget is invalid.</exception>
    /// <exception cref="DataException">The data does not match the model.</exception>
    public static async Task<OptimizeResult> OptimizeAsync(
        OptimizationContext context, OnnxModel model, IDataSource calibration, IDataSource search, IDataSource? report, OptimizeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxDrop < 0 || options.MaxSliceDrop < 0 || options.MinSpeedup <= 0 || options.MaxTime <= TimeSpan.Zero)
        {
            throw new OptimizationException(FormattableString.Invariant(
                $"Budget: expected MaxDrop ≥ 0, MaxSliceDrop ≥ 0, MinSpeedup > 0 and MaxTime > 0, got {options.MaxDrop}, {(object?)options.MaxSliceDrop ?? "none"}, {(object?)options.MinSpeedup ?? "none"} and {options.MaxTime}. Correct the options."));
        }

        ModelPreparation.RequireFloat(model, "optimize");
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
            '|', DecisionRecord.ComputeDigest(model), calibration.Digest, search.Digest, context.Seed, options.MaxDrop, options.MaxSliceDrop, options.MinSpeedup, options.Evaluation.Metric?.Name ?? "", options.Evaluation.Output ?? "", "interval"))));
        var run = new SearchRun(context, model, search, options, SearchState.Open(options.StatePath, key));
        long start = context.TimeProvider.GetTimestamp();
        bool stopped = false;
        try
        {
            await run.StartAsync(cancellationToken).ConfigureAwait(false);
            List<CandidateRecipe> recipes = CandidateRecipes.All(context, model, calibration);
            for (int i = 0; i < recipes.Count && context.TimeProvider.GetElapsedTime(start) < options.MaxTime; i++)
            {
                context.Report("search", i, recipes.Count, recipes[i].Name, run.BestDrop);
                CandidateRecord? result = await run.TryAsync(recipes[i], cancellationToken).ConfigureAwait(false);
                if (i == 0 && result is not null)
                {
                    run.Details = await SensitivityAnalysis.RunAsync(
                        context, model, calibration, search, options.Evaluation.Output, options.LatencyRows, options.MaxTime * SensitivityShare, cancellationToken).ConfigureAwait(false);
                    recipes.InsertRange(1, CandidateRecipes.Partial(context, model, calibration, run.Details.Sensitivities, result.Outcome != VerdictOutcome.Met));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && run.Started)
        {
            stopped = true;
        }

        return await run.FinishAsync(calibration, report ?? search, stopped).ConfigureAwait(false);
    }
}
