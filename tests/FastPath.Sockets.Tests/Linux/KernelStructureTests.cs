using System.Runtime.InteropServices;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Tests.Linux;

public sealed class KernelStructureTests
{
    [Fact]
    public void Kernel_structures_have_the_native_layout()
    {
        Assert.Equal(16, Marshal.SizeOf<IoVector>());
        Assert.Equal(8, Marshal.SizeOf<PollDescriptor>());
        Assert.Equal(16, Marshal.SizeOf<TimeSpecification>());
        Assert.Equal(64, Marshal.SizeOf<MessageHeader>());
        Assert.Equal(8, OffsetOf(nameof(MessageHeader.NameLength)));
        Assert.Equal(16, OffsetOf(nameof(MessageHeader.Vectors)));
        Assert.Equal(24, OffsetOf(nameof(MessageHeader.VectorCount)));
        Assert.Equal(32, OffsetOf(nameof(MessageHeader.Control)));
        Assert.Equal(40, OffsetOf(nameof(MessageHeader.ControlLength)));
        Assert.Equal(48, OffsetOf(nameof(MessageHeader.Flags)));
        Assert.Equal(56, OffsetOf("_length"));
    }

    [Fact]
    public void Events_of_epoll_lie_as_the_kernel_writes_them()
    {
        var events = new EpollEvents(2);
        events.Set(0, 1, 0x0102_0304_0506_0708);
        events.Set(1, 1, ulong.MaxValue);
        Assert.Equal((0x0102_0304_0506_0708UL, ulong.MaxValue), (events.DataOf(0), events.DataOf(1)));
        int stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
        Assert.Equal(ulong.MaxValue, (ulong)Marshal.ReadInt64(events.Address + (2 * stride) - sizeof(ulong)));
    }

    [Fact]
    public void A_time_is_split_into_seconds_and_nanoseconds()
    {
        TimeSpecification time = TimeSpecification.From(TimeSpan.FromMicroseconds(2_500_000.5));
        Assert.Equal((2, 500_000_500), (time.Seconds, time.Nanoseconds));
        time = TimeSpecification.From(TimeSpan.FromSeconds(-1));
        Assert.Equal((0, 0), (time.Seconds, time.Nanoseconds));
    }

    private static int OffsetOf(string field) => (int)Marshal.OffsetOf<MessageHeader>(field);
}
