using Inference.Feedback;
using Inference.Orleans.Loading;
using Inference.Orleans.Payloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Inference.Orleans.Replicas;

/// <summary>Runs calls that came to a replica: off the grain's turn, within the limits of the silo. Thread-safe.</summary>
internal sealed class ReplicaCalls(LoadedModels models, IServiceProvider services)
{
    private readonly TimeProvider _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly string _silo = services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName;

    /// <summary>Runs a call.</summary>
    /// <param name="model">The model.</param>
    /// <param name="call">The call.</param>
    /// <param name="replicas">The desired number of replicas, for the reply.</param>
    /// <param name="cancellationToken">Cancelled by the caller.</param>
    public async Task<ReplicaReply> RunAsync(string model, ReplicaCall call, int replicas, CancellationToken cancellationToken)
    {
        if (models.Find(model) is not { } slot)
        {
            return new ReplicaReply { Kind = ReplyKind.Failed, Fault = NotRegistered(model) };
        }

        var reply = new ReplicaReply { Replicas = replicas };
        DateTimeOffset? deadline = call.Left > 0 ? _clock.GetUtcNow().AddTicks(call.Left) : null;
        RunContext context = CallSettings.ToContext(call.Settings, deadline);
        if (call.PredictionId != Guid.Empty)
        {
            context.Record.UsePredictionId(call.PredictionId);
        }

        CancellationTokenSource? timer = null;
        try
        {
            bool entered = slot.TryEnter(models.Options.MaxCallsPerModel);
            if (!entered)
            {
                // A load outlives the caller that began it, but nobody waits for it longer than for an answer.
                timer = deadline is null ? null : new CancellationTokenSource(TimeSpan.FromTicks(call.Left), _clock);
                using CancellationTokenSource? linked = timer is null ? null : CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
                entered = await models.EnterAsync(slot, models.Options.MaxCallsPerModel, linked?.Token ?? cancellationToken).ConfigureAwait(false);
            }

            if (!entered)
            {
                reply.Kind = models.IsClosing ? ReplyKind.Draining : ReplyKind.Refused;
            }
            else
            {
                reply.Outputs = await slot.RunAsync(call.Inputs, context, cancellationToken).ConfigureAwait(false);
                reply.Record = CallRecord.Of(context.Record);
            }
        }
        catch (OverloadedException)
        {
            reply.Kind = ReplyKind.Refused;
        }
        catch (OperationCanceledException) when (timer is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            reply.Kind = ReplyKind.Failed;
            reply.Fault = new CallFault { Kind = FaultKind.Deadline, Message = $"Model '{model}': the deadline passed while silo '{_silo}' was loading it." };
        }
        catch (Exception exception)
        {
            reply.Kind = ReplyKind.Failed;
            reply.Fault = CallFault.Of(model, _silo, exception);
        }
        finally
        {
            call.Received();
            timer?.Dispose();
        }

        reply.Depth = slot.Calls;
        return reply;
    }

    /// <summary>Loads a model and describes it.</summary>
    public async Task<ModelDescription> DescribeAsync(string model)
    {
        ModelDescription? description = null;
        CallFault? fault = await UseAsync(model, runner =>
        {
            description = ModelDescription.Of(runner.Info, runner.GetService(typeof(IFeedback)) is not null);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return description ?? new ModelDescription { Fault = fault };
    }

    /// <summary>Gives reports to the model's pipeline, which is loaded for it.</summary>
    public async Task<FeedbackReply> ReportAsync(string model, FeedbackItem[] reports)
    {
        var reply = new FeedbackReply();
        reply.Fault = await UseAsync(model, async runner =>
        {
            IFeedback feedback = runner.GetService(typeof(IFeedback)) as IFeedback
                ?? throw new InferenceException($"Model '{model}': expected a pipeline that takes feedback in silo '{_silo}', found none. Add UseFeedback there.");
            reply.Answers = [.. await feedback.ReportAsync([.. reports.Select(static r => r.ToReport())]).ConfigureAwait(false)];
        }).ConfigureAwait(false);
        return reply;
    }

    // As a call, so that the model is not unloaded meanwhile.
    private async Task<CallFault?> UseAsync(string model, Func<IModelRunner, ValueTask> use)
    {
        if (models.Find(model) is not { } slot)
        {
            return NotRegistered(model);
        }

        try
        {
            if (!await models.EnterAsync(slot, int.MaxValue, CancellationToken.None).ConfigureAwait(false))
            {
                return new CallFault { Kind = FaultKind.Load, Message = $"Model '{model}': silo '{_silo}' is stopping. Ask again." };
            }

            try
            {
                await use(slot.Runner).ConfigureAwait(false);
                return null;
            }
            finally
            {
                slot.Leave();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return CallFault.Of(model, _silo, exception);
        }
    }

    private CallFault NotRegistered(string model) => new()
    {
        Kind = FaultKind.NotRegistered,
        Message = $"Model '{model}': expected a model of this name in silo '{_silo}', found none. Register it there with AddModel, in every silo alike.",
    };
}
