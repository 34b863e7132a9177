using System.Diagnostics;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.Feedback;
using Inference.Monitoring;

namespace Inference.AspNetCore.Calls;

/// <summary>Runs requests on models.</summary>
internal sealed class InferenceCalls(TimeProvider clock)
{
    /// <summary>Runs a request. The request stays the caller's, the result is the caller's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="runner">Its runner, or that of the version that the request names.</param>
    /// <param name="request">The request.</param>
    /// <param name="context">The settings of the call.</param>
    /// <param name="rawAlone">Whether the transport answers raw bytes alone.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="RequestFault">The request does not fit the model.</exception>
    public async ValueTask<InferResult> RunAsync(ServedModel model, IModelRunner runner, InferRequest request, RunContext context, bool rawAlone, CancellationToken cancellationToken)
    {
        ModelInfo info = RunnerQuestions.InfoOf(runner);
        bool takesFeedback = TakesFeedback(runner);
        long started = Stopwatch.GetTimestamp();
        NamedValues? values = null;
        try
        {
            if (context.Sequence is not null && RunnerQuestions.ServiceOf<ISequences>(runner) is null)
            {
                RequestFault.Throw($"Parameter 'sequence_id': model '{model.Name}' keeps no state between calls; pass its state as inputs.");
            }

            SignatureCheck.Check(info, request.Inputs);
            OutputPlan plan = OutputPlan.Of(info, request, rawAlone);
            values = await runner.RunAsync(request.Inputs, context, cancellationToken).ConfigureAwait(false);
            string version = context.Record.VersionServed ?? info.Version;
            ResultTensor[] outputs = plan.Pick(values);
            model.Statistics.Of(version).AddSuccess(Rows(info, request.Inputs), Stopwatch.GetElapsedTime(started), clock.GetUtcNow());
            return new InferResult(values, outputs)
            {
                ModelName = model.Name,
                ModelVersion = version,
                Id = request.Id,
                PredictionId = takesFeedback ? context.Record.PredictionId : null,
            };
        }
        catch
        {
            values?.Dispose();
            model.Statistics.Of(context.Record.VersionServed ?? info.Version).AddFailure(Stopwatch.GetElapsedTime(started), clock.GetUtcNow());
            throw;
        }
        finally
        {
            if (model.IsUnloaded)
            {
                await model.UnloadAgainAsync().ConfigureAwait(false);
            }
        }
    }

    private static bool TakesFeedback(IModelRunner runner) =>
        RunnerQuestions.ServiceOf<IFeedback>(runner) is not null || RunnerQuestions.ServiceOf<IModelMonitor>(runner) is not null;

    private static long Rows(ModelInfo info, NamedValues inputs) =>
        info.BatchAxis == 0 && inputs.Count > 0 && inputs.GetAt(0).Value is TensorValue { Rank: > 0 } first ? first.Shape[0] : 1;
}
