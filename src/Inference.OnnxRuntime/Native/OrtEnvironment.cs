using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime.Native;

/// <summary>The native library's one environment. Made with the first session; made anew only to change the global pool, while nothing uses it.</summary>
internal static class OrtEnvironment
{
    private static readonly Lock s_lock = new();
    private static OrtEnv? s_own;
    private static OnnxRuntimeThreadPool? s_pool;
    private static int s_users;

    /// <summary>Acquires the environment for one session; release it with <see cref="Leave"/>.</summary>
    /// <param name="pool">The pool that the session needs; null: any environment will do.</param>
    /// <exception cref="OnnxRuntimeException">Another pool is in use.</exception>
    public static void Enter(OnnxRuntimeThreadPool? pool)
    {
        lock (s_lock)
        {
            if (OrtEnv.IsCreated && pool is not null && (s_own is null || !pool.IsLike(s_pool)))
            {
                if (s_own is null)
                {
                    throw new OnnxRuntimeException(
                        $"ONNX Runtime: a session requested the global thread pool {pool}, but the program created ONNX Runtime's environment before this provider. Load a model here first.");
                }

                if (s_users > 0)
                {
                    throw new OnnxRuntimeException(
                        $"ONNX Runtime: a session requested the global thread pool {pool}, but {s_users} sessions exist in an environment "
                        + $"with {s_pool?.ToString() ?? "none"}. Give all sessions the same pool, or dispose them first.");
                }

                s_own.Dispose();
            }

            if (!OrtEnv.IsCreated)
            {
                s_own = Create(pool);
                s_pool = pool;
            }

            s_users++;
        }
    }

    /// <summary>Counts one user less.</summary>
    public static void Leave()
    {
        lock (s_lock)
        {
            s_users--;
        }
    }

    private static OrtEnv Create(OnnxRuntimeThreadPool? pool)
    {
        try
        {
            using OrtThreadingOptions? threads = pool is null ? null : new OrtThreadingOptions
            {
                GlobalIntraOpNumThreads = pool.IntraOpThreads,
                GlobalInterOpNumThreads = pool.InterOpThreads,
                GlobalSpinControl = pool.AllowSpinning,
            };
            var options = new EnvironmentCreationOptions { logId = "Inference", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, threadOptions = threads };
            OrtEnv environment = OrtEnv.CreateInstanceWithOptions(ref options);
            environment.DisableTelemetryEvents();
            return environment;
        }
        catch (Exception exception) when (PackageErrors.IsReported(exception))
        {
            throw PackageErrors.Translate(exception, "ONNX Runtime: creating the environment");
        }
    }
}
