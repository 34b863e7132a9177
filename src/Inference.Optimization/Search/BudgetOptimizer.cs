using System.Security.Cryptography;
using System.Text;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>Searches for the fastest model within a budget. Measured latency decides; the best so far always survives. Thread-safe.</summary>
public static class BudgetOptimizer
{
    private const double SensitivityShare = 0.2;

    /// <summary>Tries quantization, factorization and pruning, alone and together, and returns the best. Cancelling is not an error: the best so far is returned.</summary>
    /// <param name="context">The loader to run models with, seed, clock and progress.</param>
    /// <param name="model">The float model; never changed.</param>
    /// <param name="calibration">Rows to calibrate and refit on.</param>
    /// <param name="search">Rows to choose by.</param>
    /// <param name="report">Rows that only the final figures are measured on; null: the search rows.</param>
    /// <param name="options">The budget.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="OptimizationException">The model is quantized, or the budget makes no sense.</exception>
    /// <exception cref="DataException">The data does not fit the model.</exception>
    public static async Task<OptimizeResult> OptimizeAsync(
        OptimizationContext context, OnnxModel model, IDataSource calibration, IDataSource search, IDataSource? report, OptimizeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxDrop < 0 || options.MaxSliceDrop < 0 || options.MinSpeedup <= 0 || options.MaxTime <= TimeSpan.Zero)
        {
            throw new OptimizationException("Budget: expected drops of at least 0, a positive speedup and a positive time, got something else. Correct the options.");
        }

        ModelPreparation.RequireFloat(model, "optimize");
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
            '|', DecisionRecord.Digest(model), calibration.Digest, search.Digest, context.Seed, options.MaxDrop, options.MaxSliceDrop, options.MinSpeedup, options.Evaluation.Metric?.Name ?? "", options.Evaluation.Output ?? "", "interval"))));
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
