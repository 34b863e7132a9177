using Inference.Batching.Batches;
using Inference.Batching.Diagnostics;
using Inference.Batching.Queue;
using Inference.Batching.Scheduling;
using Inference.Rows;

namespace Inference.Batching.Execution;

/// <summary>Runs batches: stacks the inputs, runs the model, gives each call its rows, and isolates the calls that make a batch fail. Thread-safe.</summary>
internal sealed class BatchRun(IModelRunner inner, TimeProvider clock, BatchAssembler assembler, BatchingInstruments instruments, BatchExecutor executor)
{
    private readonly string _model = inner.Info.Name;

    /// <summary>Runs a batch and completes each of its calls in every case.</summary>
    public async Task RunAsync(Batch batch)
    {
        batch.ArmAbandonment();
        instruments.Formed(batch.Rows);
        foreach (PendingCall call in batch.Calls)
        {
            instruments.Waited(clock.GetElapsedTime(call.EnqueuedAt, batch.FormedAt));
        }

        using NamedValues? stacked = batch.Count > 1 ? TryStack(batch) : null;
        for (int i = 0; stacked is null && i < batch.Count; i++)
        {
            await RunAloneAsync(batch[i]).ConfigureAwait(false);
        }

        if (stacked is not null)
        {
            executor.Handle(new(BatchEventKind.Started, Batch: batch));
            if (batch.Live > 0)
            {
                await RunRangeAsync(batch, stacked, 0, batch.Count, batch.Rows).ConfigureAwait(false);
            }
        }
    }

    // Null if one caller's values cannot be read or combined: when run alone, only that call fails.
    private NamedValues? TryStack(Batch batch)
    {
        try
        {
            return assembler.Stack(batch);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private async Task RunAloneAsync(PendingCall call)
    {
        NamedValues? kept = null;
        NamedValues? outputs = null;
        Exception? error = null;
        try
        {
            // A call that can be cancelled may complete while it runs, after which its inputs are the caller's again.
            kept = call.CancellationToken.CanBeCanceled ? call.Inputs.Retain() : null;
            executor.Handle(new(BatchEventKind.Started, call, call.Batch));
            if (call.State == CallState.Done)
            {
                return;
            }

            long start = clock.GetTimestamp();
            outputs = await inner.RunAsync(kept ?? call.Inputs, call.Context, call.CancellationToken).ConfigureAwait(false);
            call.Batch!.Ran(clock.GetTimestamp() - start);
        }
        catch (Exception exception)
        {
            error = exception;
        }
        finally
        {
            kept?.Dispose();
        }

        Finish(call, outputs, error);
    }

    private async Task RunRangeAsync(Batch batch, NamedValues inputs, int first, int count, int rows)
    {
        NamedValues? outputs = null;
        Exception? error = null;
        RunContext? context = JointContext.Of(batch.Calls.Slice(first, count));
        try
        {
            long start = clock.GetTimestamp();
            outputs = await inner.RunAsync(inputs, context, batch.Token).ConfigureAwait(false);
            batch.Ran(clock.GetTimestamp() - start);
            assembler.CheckOutputs(outputs, rows);
        }
        catch (Exception exception)
        {
            error = exception;
            outputs?.Dispose();
        }

        if (error is null)
        {
            using (outputs)
            {
                Distribute(batch, outputs!, context, first, count, rows);
            }
        }
        else if (count > 1 && batch.Options.IsolateFaults && MayBeOneCallsFault(error))
        {
            instruments.Bisected();
            int half = count / 2;
            int halfRows = 0;
            for (int i = first; i < first + half; i++)
            {
                halfRows += batch[i].Rows;
            }

            using (NamedValues head = BatchRows.Slice(inputs, 0, halfRows))
            {
                await RunRangeAsync(batch, head, first, half, halfRows).ConfigureAwait(false);
            }

            using NamedValues tail = BatchRows.Slice(inputs, halfRows, rows - halfRows);
            await RunRangeAsync(batch, tail, first + half, count - half, rows - halfRows).ConfigureAwait(false);
        }
        else
        {
            for (int i = first; i < first + count; i++)
            {
                Finish(batch[i], null, error);
            }
        }
    }

    private void Distribute(Batch batch, NamedValues outputs, RunContext? context, int first, int count, int rows)
    {
        int row = 0;
        for (int i = first; i < first + count; i++)
        {
            PendingCall call = batch[i];
            NamedValues? part = null;
            Exception? error = null;
            try
            {
                part = assembler.Take(outputs, row, call);
            }
            catch (Exception exception)
            {
                error = new ModelRunException($"Model '{_model}': rows {row} to {row + call.Rows - 1} of the batch's outputs could not be sliced: {exception.Message}", exception);
            }

            row += call.Rows;
            if (call.Context is { } own)
            {
                JointContext.Report(context!, own, rows);
            }

            Finish(call, part, error);
        }
    }

    private void Finish(PendingCall call, NamedValues? outputs, Exception? error)
    {
        if (!executor.TryFinish(call))
        {
            outputs?.Dispose();
        }
        else if (error is null)
        {
            call.Succeed(outputs!);
        }
        else
        {
            call.Fail(error);
        }
    }

    // The other exceptions mean that nothing ran or everything stopped: another run would end in the same way.
    private static bool MayBeOneCallsFault(Exception error) =>
        error is not (OperationCanceledException or OverloadedException or DeadlineExceededException or ObjectDisposedException);
}
