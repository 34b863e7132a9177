using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Models;

/// <summary>Questions to runners whose models another request may be unloading.</summary>
internal static class RunnerQuestions
{
    /// <summary>Returns what the runner runs.</summary>
    /// <exception cref="RequestFault">It no longer does.</exception>
    public static ModelInfo InfoOf(IModelRunner runner)
    {
        try
        {
            return runner.Info;
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException)
        {
            throw Gone(exception);
        }
    }

    /// <summary>Returns a service of the runner; null if it has none.</summary>
    /// <exception cref="RequestFault">Its model is no longer loaded.</exception>
    public static T? ServiceOf<T>(IModelRunner runner, object? key = null)
        where T : class
    {
        try
        {
            return runner.GetService(typeof(T), key) as T;
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException)
        {
            throw Gone(exception);
        }
    }

    private static RequestFault Gone(Exception exception) => exception is ModelLoadException
        ? new(FaultKind.NotFound, exception.Message, exception)
        : new(FaultKind.Unavailable, "The model was unloaded or closed meanwhile. Retry later.", exception);
}
