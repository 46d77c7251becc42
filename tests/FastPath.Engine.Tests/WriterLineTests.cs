using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath.Engine.Tests;

public sealed class WriterLineTests
{
    private const int Window = 1_000;

    private readonly SendBacklog _backlog = new();
    private readonly WriterLine _line;
    private readonly List<int> _gone = [];

    public WriterLineTests() => _line = new WriterLine(_backlog);

    [Fact]
    public void Nobody_stands_in_line_while_there_is_nothing_to_send()
    {
        Assert.False(_line.IsClosed(hasBytes: false));
        _backlog.Add(isFilledInTurn: true, 1);
        Assert.True(_line.IsClosed(hasBytes: false));

        // What it has itself it need not wait for.
        Assert.False(_line.IsClosed(hasBytes: true));
        _backlog.Add(isFilledInTurn: true, 1);
        Assert.True(_line.IsClosed(hasBytes: true));
    }

    [Fact]
    public void One_is_let_go_at_a_time_in_the_order_in_which_they_came()
    {
        _backlog.Add(isFilledInTurn: true, 1);
        Add(3);
        _line.Serve();
        Assert.Empty(_gone);

        _backlog.Add(isFilledInTurn: true, -1);
        _line.Serve();
        Assert.Equal([0], _gone);

        // It has written: the next one waits until that has left.
        _backlog.Add(isFilledInTurn: true, 1);
        _line.Serve();
        _backlog.Add(isFilledInTurn: true, -1);
        _line.Serve();
        Assert.Equal([0, 1], _gone);
    }

    [Fact]
    public void Whoever_comes_while_others_stand_there_stands_behind_them()
    {
        _backlog.Add(isFilledInTurn: true, 1);
        Add(1);
        _backlog.Add(isFilledInTurn: true, -1);
        Assert.True(_line.IsClosed(hasBytes: false));
        _line.Serve();
        Assert.False(_line.IsClosed(hasBytes: false));
    }

    [Fact]
    public void One_that_does_not_write_keeps_nobody()
    {
        _backlog.Add(isFilledInTurn: true, 1);
        Add(3);
        _backlog.Add(isFilledInTurn: true, -1);
        for (int i = 0; i < 3; i++)
        {
            _line.Serve();
        }

        Assert.Equal([0, 1, 2], _gone);
    }

    [Fact]
    public void A_stream_that_never_has_nothing_to_send_takes_two_turns_at_most()
    {
        _backlog.Add(isFilledInTurn: true, 1);

        // What left before anybody stood there tells nothing.
        Send(10 * Window);
        Add(2);
        Send(Window);
        Send(Window - 1);
        Assert.Empty(_gone);
        Send(1);
        Assert.Equal([0], _gone);
        Send(2 * Window);
        Assert.Equal([0, 1], _gone);
    }

    [Fact]
    public void A_turn_is_bounded_however_wide_the_window_is()
    {
        _backlog.Add(isFilledInTurn: true, 1);
        Add(1, 100L * WriterLine.TurnBytesMax);
        Send((2 * WriterLine.TurnBytesMax) - 1);
        Assert.Empty(_gone);
        Send(1);
        Assert.Equal([0], _gone);
    }

    [Fact]
    public void Beside_streams_that_are_not_filled_in_turn_nobody_stands_in_line()
    {
        _backlog.Add(isFilledInTurn: true, 5);
        Add(3);
        _backlog.Add(isFilledInTurn: false, 1);
        _line.Serve();
        Assert.Equal([0, 1, 2], _gone);
        Assert.False(_line.IsClosed(hasBytes: false));
    }

    private void Send(int bytes)
    {
        _line.OnSent(bytes);
        _line.Serve();
    }

    private void Add(int count, long window = Window)
    {
        for (int i = 0; i < count; i++)
        {
            _line.Add(new Writer(_gone, i, window));
        }
    }

    private sealed class Writer(List<int> gone, int number, long window) : ILinedWriter
    {
        public long WindowBytes => window;

        public void LetGo(long turnBytes)
        {
            Assert.Equal(Math.Min(window, WriterLine.TurnBytesMax), turnBytes);
            gone.Add(number);
        }
    }
}
