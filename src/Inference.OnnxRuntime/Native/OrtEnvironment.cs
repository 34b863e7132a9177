namespace Inference.OnnxRuntime.Native;

/// <summary>The native library's one environment. Made with the first session; made anew only to change the global pool, while nothing uses it.</summary>
internal sealed unsafe class OrtEnvironment(OrtApi api)
{
    private readonly Lock _lock = new();
    private nint _handle;
    private OnnxRuntimeThreadPool? _pool;
    private int _users;

    /// <summary>Takes the environment for one session; give it back by <see cref="Leave"/>.</summary>
    /// <param name="pool">The pool that the session needs; null: any environment will do.</param>
    /// <exception cref="OnnxRuntimeException">Another pool is in use.</exception>
    public nint Enter(OnnxRuntimeThreadPool? pool)
    {
        lock (_lock)
        {
            if (_handle != 0 && pool is not null && pool != _pool)
            {
                if (_users > 0)
                {
                    throw new OnnxRuntimeException(OnnxRuntimeErrorCode.Fail,
                        $"ONNX Runtime: a session asked for the global thread pool {pool}, but {_users} sessions are alive in an environment "
                        + $"with {_pool?.ToString() ?? "none"}. Give all sessions the same pool, or dispose them first.");
                }

                api.ReleaseEnv(_handle);
                _handle = 0;
            }

            if (_handle == 0)
            {
                _handle = Create(pool);
                _pool = pool;
            }

            _users++;
            return _handle;
        }
    }

    /// <summary>Counts one user less.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _users--;
        }
    }

    private nint Create(OnnxRuntimeThreadPool? pool)
    {
        nint handle;
        fixed (byte* id = "Inference"u8)
        {
            if (pool is null)
            {
                api.Check(api.CreateEnv((int)OnnxRuntimeLogLevel.Error, id, &handle), "ONNX Runtime: creating the environment");
            }
            else
            {
                nint threading;
                api.Check(api.CreateThreadingOptions(&threading));
                try
                {
                    api.Check(api.SetGlobalIntraOpNumThreads(threading, pool.IntraOpThreads));
                    api.Check(api.SetGlobalInterOpNumThreads(threading, pool.InterOpThreads));
                    api.Check(api.SetGlobalSpinControl(threading, pool.AllowSpinning ? 1 : 0));
                    api.Check(api.CreateEnvWithGlobalThreadPools((int)OnnxRuntimeLogLevel.Error, id, threading, &handle), "ONNX Runtime: creating the environment");
                }
                finally
                {
                    api.ReleaseThreadingOptions(threading);
                }
            }
        }

        api.Check(api.DisableTelemetryEvents(handle));
        return handle;
    }
}
