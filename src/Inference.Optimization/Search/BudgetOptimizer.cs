using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>Searches for the fastest model within a budget by measured latency. Thread-safe.</summary>
public static class BudgetOptimizer
{
    // Of the time of a search; the rest tries what the analysis proposes.
    private const double SensitivityShare = 0.2;

    /// <summary>Tries quantization, factorization, pruning and sparsification, alone and combined, and returns the best model: of those that are within the budget, no slower and no larger than the source, the fastest; the source itself if
    /// there is none. Cancellation is not an error: the best model so far is returned, judged on the search rows.</summary>
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
        if (options.MaxDrop < 0 || options.MaxSliceDrop < 0 || options.MinSpeedup <= 0 || options.MaxBytes <= 0 || options.MaxP95 <= TimeSpan.Zero || options.MaxTime <= TimeSpan.Zero)
        {
            throw new OptimizationException(FormattableString.Invariant(
                $"Budget: expected MaxDrop ≥ 0, MaxSliceDrop ≥ 0, MinSpeedup > 0, MaxBytes > 0, MaxP95 > 0 and MaxTime > 0, got {options.MaxDrop}, {(object?)options.MaxSliceDrop ?? "none"}, {(object?)options.MinSpeedup ?? "none"}, {(object?)options.MaxBytes ?? "none"}, {(object?)options.MaxP95 ?? "none"} and {options.MaxTime}. Correct the options."));
        }

        ModelPreparation.RequireFloat(model, "optimize");
        var run = new SearchRun(context, model, calibration, search, options);
        long start = context.TimeProvider.GetTimestamp();
        bool stopped = false;
        try
        {
            await run.StartAsync(cancellationToken).ConfigureAwait(false);
            var analysis = new SourceAnalysis(context, model, calibration);
            List<CandidateRecipe> recipes = CandidateRecipes.All(context, model, calibration, analysis, options.AllowBFloat16);
            CandidateRecipe first = recipes[0];
            CandidateRecipe? earlier = run.Earlier();
            if (earlier is not null)
            {
                recipes.Insert(0, earlier);
            }

            // What is at the output path is judged however short the time is: it is replaced only by something better.
            for (int i = 0; i < recipes.Count && (recipes[i] == earlier || context.TimeProvider.GetElapsedTime(start) < options.MaxTime); i++)
            {
                if (run.IsHopeless(recipes[i]))
                {
                    continue;
                }

                context.Report("search", i, recipes.Count, recipes[i].Name, run.BestDrop, Left(context.TimeProvider.GetElapsedTime(start), i, recipes.Count, options.MaxTime));
                CandidateRecord? result = await run.TryAsync(recipes[i], cancellationToken).ConfigureAwait(false);
                if (recipes[i] == first && result is not null && await analysis.GetAsync(cancellationToken).ConfigureAwait(false) is { } found)
                {
                    run.Details = await SensitivityAnalysis.RunAsync(
                        context, model, found, new QuantizeOptions(), search, options.Evaluation.Output, options.LatencyRows, options.MaxTime * SensitivityShare, cancellationToken).ConfigureAwait(false);
                    recipes.InsertRange(i + 1, CandidateRecipes.Partial(context, model, calibration, analysis, run.Details.Sensitivities, result.Outcome != VerdictOutcome.Met));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && run.Started)
        {
            stopped = true;
        }

        return await run.FinishAsync(report ?? search, stopped).ConfigureAwait(false);
    }

    // The recipes so far took as long as the others will, and the search ends at its limit.
    private static TimeSpan? Left(TimeSpan elapsed, int done, int all, TimeSpan limit)
    {
        TimeSpan rest = limit - elapsed;
        return done == 0 ? null : elapsed / done * (all - done) is var others && others < rest ? others : rest;
    }
}
